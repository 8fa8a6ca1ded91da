/** The cache of builds: every entry is whole, and nothing half-finished is beside it. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { readEntry } from '../../../src/release/entry.js'
import { isAlive, type ProcessIdentity } from '../../../src/util/process-identity.js'
import { until } from '../../../src/util/until.js'
import { Violation } from '../violation.js'

/** Between a folder's appearing and its manifest's there is a moment. */
const patienceMs = 5000
/** For this long a workshop without an owner may be one that is just being made. */
const ownerlessMs = 60_000

/** @throws Violation `failure` */
export async function proveCacheWhole(cacheDir: string): Promise<void> {
  let broken: readonly string[] = []
  const whole = () => (broken = brokenEntries(cacheDir)).length === 0 || undefined
  if (await until(whole, { deadline: Date.now() + patienceMs, pollMs: 50 })) return
  throw new Violation('failure', 'the cache of builds is not whole', broken)
}

/** Workshops of builders that are gone. */
export function abandonedIn(cacheDir: string): string[] {
  return namesIn(path.join(cacheDir, 'builds'))
    .filter((name) => name.startsWith('.'))
    .map((name) => path.join(cacheDir, 'builds', name))
    .filter(isAbandoned)
}

export const buildsIn = (cacheDir: string): string[] =>
  namesIn(path.join(cacheDir, 'builds')).filter((name) => !name.startsWith('.'))

function brokenEntries(cacheDir: string): string[] {
  return buildsIn(cacheDir)
    .filter((key) => readEntry(cacheDir, key) === undefined)
    .map((key) => `${path.join(cacheDir, 'builds', key)} is not what its manifest says, or has none`)
}

function isAbandoned(dir: string): boolean {
  try {
    return !isAlive(JSON.parse(readFileSync(path.join(dir, 'owner.json'), 'utf8')) as ProcessIdentity)
  } catch {
    const found = statSync(dir, { throwIfNoEntry: false })
    return found !== undefined && Date.now() - found.mtimeMs > ownerlessMs
  }
}

function namesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir) : []
}
