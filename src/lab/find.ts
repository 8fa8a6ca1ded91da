/** A lab by its name: what its folder says, and whether somebody looks after it. */
import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.js'
import { labEntry, labLock, labsDir, type Places } from '../paths.js'
import { labShape, nameFlag, parseOptions } from '../spec/index.js'
import { readLab, readRun, type LabRecord, type RunRecord } from '../supervisor/index.js'
import { lockHolder } from '../util/lock.js'
import { isAlive } from '../util/process-identity.js'
import { withoutLinks } from '../util/processes-in.js'

export type FoundLab =
  | { readonly kind: 'running'; readonly record: LabRecord; readonly run: RunRecord }
  /** Its supervisor is gone without having taken it down. */
  | { readonly kind: 'orphaned'; readonly record: LabRecord; readonly run: RunRecord }
  | { readonly kind: 'stopped'; readonly record: LabRecord }

/** @throws LabError `lab-damaged` */
export function findLab(places: Places, name: string): FoundLab | undefined {
  const dir = labDirOf(places, name)
  const record = dir === undefined ? undefined : readLab(dir)
  if (dir === undefined || !record) return undefined
  if (isDisplaced(record, name, dir)) throw displaced(record, dir)
  const run = readRunOf(record)
  if (!run) return { kind: 'stopped', record }
  return { kind: isAlive(run.supervisor) ? 'running' : 'orphaned', record, run }
}

export const isDisplaced = (record: LabRecord, name: string, dir: string): boolean =>
  record.name !== name || withoutLinks(record.dir) !== withoutLinks(dir)

/** Its record and the redis.conf of its nodes name another folder: whatever was done here would be done there. */
function displaced(record: LabRecord, dir: string): LabError {
  return new LabError({
    code: 'lab-damaged',
    message: `the folder holds the record of the lab "${record.name}" in another folder: it was copied or moved`,
    hint: 'Move it back to where it was made, or move it away to start anew.',
    details: [`folder: ${dir}`, `made in: ${record.dir}`],
  })
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
      message: `there is no lab named "${name}" yet: process ${starter.pid} is about to start it (${starter.command})`,
      hint: 'Ask again in a moment.',
    })
  }
  throw new LabError({
    code: 'lab-not-found',
    message: `there is no lab named "${name}"`,
    hint: others.length > 0 ? `There is: ${others.join(', ')}` : `Start it with: redis-lab up${nameFlag(name)}`,
  })
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

/** Every name that has an entry, in alphabetical order. */
export function labNames(places: Places): string[] {
  try {
    return readdirSync(labsDir(places))
      .filter((name) => !name.startsWith('.'))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** An entry is the folder itself, or a link to where --dir put it. */
export function labDirOf(places: Places, name: string): string | undefined {
  const entry = labEntry(places, name)
  const stat: Stats | undefined = lstatSync(entry, { throwIfNoEntry: false })
  if (!stat) return undefined
  return stat.isSymbolicLink() ? path.resolve(path.dirname(entry), readlinkSync(entry)) : entry
}
