/**
 * The private folder in which one release is fetched, unpacked and made. It vanishes whatever happens; after a SIGKILL, the
 * next one to open a workshop sweeps away what the dead one left.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { identify, isAlive, type ProcessIdentity } from '../util/process-identity.js'
import { buildsDir } from './entry.js'

const prefix = '.tmp-'
/** A folder without an owner file is either just being made or was left in that very moment. */
const ownerlessMs = 60_000

/** In the cache, so that what is finished can be renamed onto its shelf. */
export async function inWorkshop<Result>(cacheDir: string, work: (dir: string) => Promise<Result>): Promise<Result> {
  const builds = buildsDir(cacheDir)
  mkdirSync(builds, { recursive: true })
  await sweep(builds)
  const dir = path.join(builds, prefix + randomBytes(6).toString('hex'))
  mkdirSync(dir, { mode: 0o700 })
  try {
    writeFileSync(path.join(dir, 'owner.json'), JSON.stringify(identify(process.pid)))
    return await work(dir)
  } finally {
    await remove(dir)
  }
}

/** @returns how many workshops of dead owners were swept away */
export async function sweep(builds: string): Promise<number> {
  const workshops = readdirSync(builds).filter((name) => name.startsWith(prefix))
  const abandoned = workshops.map((name) => path.join(builds, name)).filter(isAbandoned)
  await Promise.all(abandoned.map(remove))
  return abandoned.length
}

function isAbandoned(dir: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(path.join(dir, 'owner.json'), 'utf8')) as ProcessIdentity
    return !isAlive(owner)
  } catch {
    const found = statSync(dir, { throwIfNoEntry: false })
    return found !== undefined && Date.now() - found.mtimeMs > ownerlessMs
  }
}

/** Tried again a few times: a process that was just ended can still be writing its last file. */
async function remove(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}
