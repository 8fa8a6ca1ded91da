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
import { clearDeadLock, lockHolder, withLock } from '../util/lock.js'
import { endLab } from './end.js'
import { findLab, labDirOf, labNames } from './find.js'
import { clearSnapshots } from './snapshot/index.js'

export interface Pruned {
  /** Labs whose servers were ended; their data stays. */
  readonly ended: readonly string[]
  /** Labs that were deleted: ephemeral ones, ones that never came to be, and names that led nowhere. */
  readonly deleted: readonly string[]
  /** Locks and claims of ports whose holder is dead, sockets on which nobody answers, builds and snapshots that were cut off. */
  readonly files: number
  /** What could not be cleared, and why. */
  readonly problems: readonly string[]
}

export async function prune(places: Places): Promise<Pruned> {
  const outcomes = await Promise.all(labNames(places).map((name) => pruneLab(places, name)))
  const of = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind)
  const files =
    clearLocks(labsDir(places)) +
    clearDeadClaims(portsDir(places)) +
    (await clearSockets(places.runtime)) +
    (await clearSnapshots(places)) +
    (await clearCache(places.cache))
  return {
    ended: of('ended').map(({ name }) => name),
    deleted: of('deleted').map(({ name }) => name),
    files,
    problems: outcomes.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`])),
  }
}

interface Outcome {
  readonly name: string
  readonly kind: 'alive' | 'ended' | 'deleted' | 'problem'
  readonly problem?: string
}

async function pruneLab(places: Places, name: string): Promise<Outcome> {
  // Somebody is at work on it.
  if (lockHolder(labLock(places, name))) return { name, kind: 'alive' }
  try {
    const command = `redis-lab prune (${name})`
    return await withLock(labLock(places, name), { command }, () => pruneAlone(places, name))
  } catch (error) {
    return { name, kind: 'problem', problem: LabError.from(error).message }
  }
}

async function pruneAlone(places: Places, name: string): Promise<Outcome> {
  const found = findLab(places, name)
  if (!found) {
    const dir = labDirOf(places, name)
    if (dir === undefined || deleteRemains(places, { dir, name })) return { name, kind: 'deleted' }
    return { name, kind: 'problem', problem: `there is no lab in ${dir}, but something else` }
  }
  if (found.kind === 'running') return { name, kind: 'alive' }
  if (found.kind === 'orphaned') await endLab(places, found)
  if (found.record.spec.ephemeral || !found.record.formed) {
    deleteLab(places, found.record)
    return { name, kind: 'deleted' }
  }
  return { name, kind: found.kind === 'orphaned' ? 'ended' : 'alive' }
}

/** Locks, and the drafts of locks. */
function clearLocks(dir: string): number {
  const files = namesIn(dir).filter((name) => name.startsWith('.') && name.includes('.lock'))
  return files.filter((name) => clearDeadLock(path.join(dir, name))).length
}

async function clearSockets(dir: string): Promise<number> {
  const sockets = namesIn(dir).filter((name) => name.endsWith('.sock'))
  const gone = await Promise.all(sockets.map((name) => removeDeadSocket(path.join(dir, name))))
  return gone.filter(Boolean).length
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
