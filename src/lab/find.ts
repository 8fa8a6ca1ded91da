/** A lab by its name: what its folder says, and whether it has a supervisor. */
import { LabError } from '../errors.js'
import { labLock, type Places } from '../paths.js'
import { labShape, nameFlag, parseOptions } from '../spec/index.js'
import { readLab, readRun, type LabRecord, type RunRecord } from '../supervisor/index.js'
import { lockHolder, type LockHolder } from '../util/lock.js'
import { fateOf } from '../util/process-identity.js'
import { withoutLinks } from '../util/processes-in.js'
import { brokenEntry, displaced, labDirOf, labNames, unreadable } from './entry.js'

export type FoundLab =
  | { readonly kind: 'running'; readonly record: LabRecord; readonly run: RunRecord }
  /** Its supervisor is gone without having taken it down. */
  | { readonly kind: 'orphaned'; readonly record: LabRecord; readonly run: RunRecord }
  /** Its processes cannot be seen from here; see visibility.ts. Nothing may be started or cleaned up in its folder. */
  | { readonly kind: 'unknown'; readonly record: LabRecord; readonly run: RunRecord }
  | { readonly kind: 'stopped'; readonly record: LabRecord }

/** @throws LabError `lab-damaged`, with the way out, when the entry is not a lab that can be used */
export function findLab(places: Places, name: string): FoundLab | undefined {
  const dir = labDirOf(places, name)
  const record = dir === undefined ? undefined : readRecord(places, name, dir)
  if (dir === undefined || !record) return undefined
  if (isDisplaced(record, name, dir)) throw displaced(places, name, record, dir)
  const run = readRunOf(record)
  return run ? { kind: kindOf(run), record, run } : { kind: 'stopped', record }
}

function readRecord(places: Places, name: string, dir: string): LabRecord | undefined {
  let record: LabRecord | undefined
  try {
    record = readLab(dir)
  } catch (error) {
    throw brokenEntry(places, name, dir) ?? unreadable(places, name, LabError.from(error))
  }
  const problem = record ? undefined : brokenEntry(places, name, dir)
  if (problem) throw problem
  return record
}

export const isDisplaced = (record: LabRecord, name: string, dir: string): boolean =>
  record.name !== name || withoutLinks(record.dir) !== withoutLinks(dir)

/** A server of unknown fate counts as much as a supervisor: another one must not be started on its data. */
export function kindOf({ supervisor, nodes }: RunRecord): 'running' | 'orphaned' | 'unknown' {
  const fate = fateOf(supervisor)
  if (fate === 'alive') return 'running'
  const isUnknown = fate === 'unknown' || nodes.some(({ process }) => process && fateOf(process) === 'unknown')
  return isUnknown ? 'unknown' : 'orphaned'
}

/** What runs can be found and ended without it; and then it is of no use any more. */
function readRunOf({ dir, name }: LabRecord): RunRecord | undefined {
  try {
    return readRun(dir)
  } catch (error) {
    const message = `what runs of the lab "${name}" cannot be told from its record`
    const hint = `redis-lab down${nameFlag(name)} ends whatever runs of it; its data stays.`
    throw new LabError({ ...LabError.from(error).toJSON(), message, hint }, { cause: error })
  }
}

/** @throws LabError `lab-not-found`, `bad-input`, `lab-damaged` */
export function requireLab(places: Places, name: string): FoundLab {
  parseOptions({ name: labShape.name }, { name })
  const found = findLab(places, name)
  if (found) return found
  const others = labNames(places).filter((other) => other !== name)
  const starter = lockHolder(labLock(places, name))
  if (starter) {
    throw new LabError({
      code: 'lab-not-found',
      message: `there is no lab named "${name}" yet: ${starterInWords(starter)}`,
      hint: 'Ask again in a moment.',
    })
  }
  throw new LabError({
    code: 'lab-not-found',
    message: `there is no lab named "${name}"`,
    hint: others.length > 0 ? `There is: ${others.join(', ')}` : `Start it with: redis-lab up${nameFlag(name)}`,
  })
}

export function starterInWords({ pid, command, unjudged }: LockHolder): string {
  if (unjudged === undefined) return `process ${pid} is about to start it (${command})`
  return `process ${pid} (${command}) holds its lock, and whether it lives is unknown: ${unjudged}`
}

/** @throws LabError `lab-not-found` when the lab is not running; `bad-input`, `lab-damaged` */
export function requireRunning(places: Places, name: string): Exclude<FoundLab, { kind: 'stopped' }> {
  const found = requireLab(places, name)
  if (found.kind !== 'stopped') return found
  throw new LabError({
    code: 'lab-not-found',
    message: `the lab "${name}" is not running`,
    hint: `Start it with: redis-lab up${nameFlag(name)}`,
  })
}
