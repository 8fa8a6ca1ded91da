/**
 * Clears what is dead: what processes that were killed have left, and nothing that anybody uses or could want.
 *
 * Data is kept: of a lab that was formed only the servers are ended, unless it was ephemeral.
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.js'
import { clearDeadClaims } from '../node/index.js'
import { labLock, labsDir, portsDir, type Places } from '../paths.js'
import { clearCache } from '../release/index.js'
import { deleteLab, deleteRemains, removeDeadSocket } from '../supervisor/index.js'
import { clearDeadLocks, lockHolder, withLock } from '../util/lock.js'
import { ownIdentity } from '../util/process-identity.js'
import { allSwept, type Swept } from '../util/swept.js'
import { endLab } from './end.js'
import { forgetDangling, labDirOf, labNames } from './entry.js'
import { findLab, type FoundLab } from './find.js'
import { clearSnapshots } from './snapshot/index.js'
import { asked, stateUnknown } from './visibility.js'

export interface Pruned {
  /** Labs whose servers were ended; their data stays. */
  readonly ended: readonly string[]
  /** Deleted labs, checked to be gone: ephemeral ones, ones that were never formed, and links whose folder is gone. */
  readonly deleted: readonly string[]
  /** Locks and claims of ports whose holder is dead, sockets on which nobody answers, builds and snapshots that were cut off. */
  readonly files: number
  /** What may be in use where it cannot be seen from here, and was left alone: why, and how to clear it by hand. */
  readonly unjudged: readonly string[]
  /** What could not be cleared, and why. */
  readonly problems: readonly string[]
}

/** @throws LabError `storage` where processes cannot be seen: nothing is known to be dead there */
export async function prune(places: Places): Promise<Pruned> {
  ownIdentity()
  const outcomes = await Promise.all(labNames(places).map((name) => pruneLab(places, name)))
  const of = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind)
  const swept = allSwept(
    clearDeadLocks(labsDir(places), (name) => name.startsWith('.') && name.includes('.lock')),
    clearDeadClaims(portsDir(places)),
    await clearSockets(places.runtime),
    await clearSnapshots(places),
    await clearCache(places.cache),
  )
  const reasons = (kind: Outcome['kind']) => of(kind).map(({ name, reason = '' }) => `${name}: ${reason}`)
  return {
    ended: of('ended').map(({ name }) => name),
    deleted: of('deleted').map(({ name }) => name),
    files: swept.cleared,
    unjudged: [...reasons('unjudged'), ...swept.unjudged],
    problems: reasons('problem'),
  }
}

interface Outcome {
  readonly name: string
  readonly kind: 'left' | 'ended' | 'deleted' | 'unjudged' | 'problem'
  readonly reason?: string
}

async function pruneLab(places: Places, name: string): Promise<Outcome> {
  // Somebody is at work on it.
  if (lockHolder(labLock(places, name))) return { name, kind: 'left' }
  try {
    const command = `redis-lab prune (${name})`
    return await withLock(labLock(places, name), { command }, () => pruneAlone(places, name))
  } catch (error) {
    const { message, hint } = LabError.from(error)
    return { name, kind: 'problem', reason: hint === undefined ? message : `${message}. ${hint}` }
  }
}

async function pruneAlone(places: Places, name: string): Promise<Outcome> {
  if (forgetDangling(places, name) !== undefined) return { name, kind: 'deleted' }
  const dir = labDirOf(places, name)
  const found = await foundNow(places, name)
  if (!found || dir === undefined) return pruneRemains(places, name, dir)
  if (found.kind === 'running') return { name, kind: 'left' }
  if (found.kind === 'unknown') {
    const { message, hint } = stateUnknown(found)
    return { name, kind: 'unjudged', reason: `${message}. ${hint}` }
  }
  if (found.kind === 'orphaned') await endLab(places, found)
  if (found.record.spec.ephemeral || !found.record.formed) {
    deleteLab(places, found.record)
    return requireDeleted(places, name)
  }
  return { name, kind: found.kind === 'orphaned' ? 'ended' : 'left' }
}

async function foundNow(places: Places, name: string): Promise<FoundLab | undefined> {
  const found = findLab(places, name)
  return found && asked(places, found)
}

/** A folder that holds nothing of a lab. Other files in it belong to the user, and stay. */
function pruneRemains(places: Places, name: string, dir: string | undefined): Outcome {
  const isGone = dir === undefined || deleteRemains(places, { dir, name })
  return isGone ? requireDeleted(places, name) : { name, kind: 'left' }
}

/** What is reported as deleted is not there any more: no command finds a lab of that name. */
function requireDeleted(places: Places, name: string): Outcome {
  const dir = labDirOf(places, name)
  if (dir === undefined || findLab(places, name) === undefined) return { name, kind: 'deleted' }
  return { name, kind: 'problem', reason: `it could not be deleted: ${dir}` }
}

async function clearSockets(dir: string): Promise<Swept> {
  const sockets = namesIn(dir).filter((name) => name.endsWith('.sock'))
  const gone = await Promise.all(sockets.map((name) => removeDeadSocket(path.join(dir, name))))
  return { cleared: gone.filter(Boolean).length, unjudged: [] }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
