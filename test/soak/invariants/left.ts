/** What is left in a place: everything that has a name, in words, sorted by how bad it is. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { snapshotsDir } from '../../../src/paths.js'
import { isAlive, type ProcessIdentity } from '../../../src/util/process-identity.js'
import { processesOf } from '../../support/processes.js'
import type { Place } from '../place.js'
import { heldPorts } from './listeners.js'

export interface Left {
  /** Locks and claims that a process held which is gone. They are in nobody's way, and `prune` clears them. */
  readonly deadLocks: readonly string[]
  /** Everything else. */
  readonly rest: readonly string[]
}

export async function whatIsLeft(place: Place): Promise<Left> {
  const { dir, places, sightings } = place
  sightings.look()
  const locks = [
    ...locksIn(path.join(places.state, 'labs')),
    ...locksIn(snapshotsDir(places)),
    ...claimsIn(places.runtime, sightings.names),
  ]
  const dead = locks.filter(isDead)
  const rest = [
    ...processesOf(dir).map((pid) => `process ${describe(pid)}`),
    ...(await heldPorts(sightings.ports, dir)),
    ...namesIn(path.join(dir, 'tmp')).map((name) => `temporary file tmp/${name}`),
    ...namesIn(path.join(places.state, 'labs'))
      .filter((name) => !isLock(name))
      .map((name) => `lab state/labs/${name}`),
    ...namesIn(snapshotsDir(places))
      .filter((name) => !isLock(name))
      .map((name) => `snapshot state/snapshots/${name}`),
    ...locks.filter((file) => !dead.includes(file)).map((file) => `lock ${file}, held: ${read(file)}`),
    ...sightings.sockets.filter((file) => existsSync(file)).map((file) => `socket ${file}`),
    ...strangeIn(places.state, ['labs', 'snapshots', ...(place.failed ? ['failed'] : [])]).map(
      (name) => `state/${name}`,
    ),
    ...namesIn(path.join(dir, 'home')).map((name) => `home/${name}`),
    ...namesIn(path.join(dir, 'work')).map((name) => `work/${name}`),
  ]
  return { deadLocks: dead, rest }
}

/** `.name.lock`, and what a process that was killed while it took or cleared one has left beside it. */
const isLock = (name: string): boolean => /^\..+\.lock(\.|$)/.test(name)

const locksIn = (dir: string): string[] =>
  namesIn(dir)
    .filter(isLock)
    .map((name) => path.join(dir, name))

/** Of all files that this user's labs share, those that say that they are of one of these labs. */
function claimsIn(dir: string, names: ReadonlySet<string>): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => {
      try {
        return names.has((JSON.parse(read(file)) as { command: string }).command)
      } catch {
        return false
      }
    })
}

function isDead(file: string): boolean {
  try {
    return !isAlive(JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity)
  } catch {
    // Gone, or never finished: nobody stands behind it.
    return true
  }
}

const strangeIn = (dir: string, known: readonly string[]): string[] =>
  namesIn(dir).filter((name) => !known.includes(name))

function describe(pid: number): string {
  try {
    const said = execFileSync('ps', ['-o', 'pid=,ppid=,stat=,args=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return process.platform === 'linux' ? `${said}, in ${readlinkSync(`/proc/${pid}/cwd`)}` : said
  } catch {
    return `${pid}, which has just ended`
  }
}

function namesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir) : []
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
