/**
 * The folder of a new lab: checked, made, and entered below REDIS_LAB_STATE so that the lab can be found by its name.
 *
 * The supervisor does it, because it outlives whoever asked for the lab: a caller that is killed leaves nothing half made. The
 * entry comes first and the record last, so that a lab that was cut off in between is found by its name and cleared.
 */
import { existsSync, lstatSync, readFileSync, rmdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.js'
import { labEntry, labFiles, labsDir, type Places } from '../paths.js'
import { isName, shellWord } from '../spec/index.js'
import { makeDir, writeNew } from '../util/files.js'
import type { Order } from './channel.js'
import { recordText, writeAccess } from './record-writer.js'
import { writeUsers } from './users.js'
import type { LabRecord } from './record.js'

/** @throws LabError `bad-input` when the folder holds something that this lab would have to overwrite; nothing was made then */
export function claimFolder(
  places: Places,
  { record, access, users }: Pick<Order, 'record' | 'access' | 'users'>,
): void {
  const { dir, name, nodes } = record
  const entry = labEntry(places, name)
  const inTheWay = [
    labFiles.record(dir),
    labFiles.access(dir),
    ...(access.tls ? [labFiles.tls(dir)] : []),
    labFiles.users(dir),
    ...nodes.map(({ port }) => labFiles.node(dir, port)),
  ].filter((file) => existsSync(file))
  if (inTheWay.length > 0) throw occupied(record, inTheWay, forgottenLab(places, dir))
  makeFolder(labsDir(places))
  clearEntry(record, entry)
  if (dir !== entry) symlinkSync(dir, entry)
  let made: string | undefined
  let recorded = false
  try {
    made = makeFolder(dir)
    writeNew(labFiles.record(dir), recordText(record))
    recorded = true
    writeAccess(dir, access)
    if (users !== undefined) writeUsers(labFiles.users(dir), users)
  } catch (error) {
    // Whose record it is else, if it is not this lab's, nobody may take away.
    if (recorded)
      for (const file of [labFiles.access, labFiles.users, labFiles.record]) rmSync(file(dir), { force: true })
    if (dir !== entry) rmSync(entry, { force: true })
    if (made !== undefined) removeMade(dir, made)
    // Two labs of different names that were given one folder in the same moment.
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? occupied(record, [labFiles.record(dir)]) : error
  }
}

/** The caller found no lab here: an entry is a link to an ephemeral folder that is gone, or a folder without a lab. */
function clearEntry({ dir, name }: LabRecord, entry: string): void {
  const found = lstatSync(entry, { throwIfNoEntry: false })
  if (found?.isSymbolicLink()) rmSync(entry)
  else if (found && dir !== entry) {
    try {
      rmdirSync(entry)
    } catch {
      throw new LabError({
        code: 'bad-input',
        message: `${entry} holds files of others, so that the lab "${name}" cannot be found there by its name`,
        hint: 'Move them away, leave out --dir, or choose another --name.',
      })
    }
  }
}

/** A whole lab whose link was deleted, as while its disk was not mounted. @returns how its name leads to it again */
function forgottenLab(places: Places, dir: string): string | undefined {
  try {
    // By hand: a supervisor does not load what checks records, and a lab that is found is checked then.
    const { name, dir: made } = JSON.parse(readFileSync(labFiles.record(dir), 'utf8')) as Partial<LabRecord>
    if (typeof name !== 'string' || made !== dir || !isName(name) || existsSync(labEntry(places, name)))
      return undefined
    const link = `ln -s ${shellWord(dir)} ${shellWord(labEntry(places, name))}`
    return `It holds the lab "${name}", which no name leads to any more. Choose another folder with --dir, or use that lab again: ${link}`
  } catch {
    return undefined
  }
}

function occupied(
  { dir, name }: LabRecord,
  details: readonly string[],
  hint = 'Choose another folder with --dir.',
): LabError {
  return new LabError({
    code: 'bad-input',
    message: `${dir} already holds something that the lab "${name}" would have to overwrite`,
    hint,
    details,
  })
}

/** @returns the topmost folder that had to be made for it */
function makeFolder(dir: string): string | undefined {
  try {
    return makeDir(dir)
  } catch (error) {
    throw new LabError(
      {
        code: 'bad-input',
        message: `the folder ${dir} cannot be made: ${(error as Error).message}`,
        hint: 'Choose another folder with --dir, or with REDIS_LAB_STATE for all labs.',
      },
      { cause: error },
    )
  }
}

/** Of the folders that were made for a lab that did not come to be, nothing stays but what somebody else has filled since. */
function removeMade(dir: string, topmost: string): void {
  try {
    for (let at = dir; at.length >= topmost.length; at = path.dirname(at)) rmdirSync(at)
  } catch {
    // What went wrong first is what counts.
  }
}
