/**
 * users.acl: in the lab's folder as the lab was made, and in each node's as ACL SAVE may have changed it since.
 *
 * Of passwords there is the sha256, which is guessed quickly where the password is a word: they are their owner's alone.
 */
import { readFileSync } from 'node:fs'
import { LabError } from '../errors.js'
import { ownUserWithoutChannels, withoutOwnUser } from '../node/index.js'
import { labFiles, nodeFiles } from '../paths.js'
import { compareVersions, type Build } from '../release/index.js'
import { writeWhole } from '../util/files.js'

export const writeUsers = (file: string, text: string): void => writeWhole(file, text, 0o600)

/** Undefined where there is none. */
export function readUsersFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Before a node starts: its users are those that it saved last, or, where it has none yet, those that the lab was made with. The
 * lab's own user is among them, whatever was saved.
 *
 * @throws LabError `lab-damaged` when the file that the lab was made with is cut off
 */
export function placeUsers(labDir: string, nodeDir: string, { version }: Pick<Build, 'version'>): void {
  const given = readUsersFile(labFiles.users(labDir))
  if (given === undefined) return
  const file = nodeFiles.users(nodeDir)
  const ownLine = given.trimEnd().split('\n').at(-1) ?? ''
  if (!ownLine.startsWith('user ')) throw cutOff(labFiles.users(labDir))
  const saved = savedUsers(file, given)
  const own = compareVersions(version, '6.2.0') < 0 ? ownUserWithoutChannels(ownLine) : ownLine
  writeUsers(file, saved.split('\n').includes(own) ? saved : `${withoutOwnUser(saved)}\n${own}\n`)
}

/** A file that a power failure emptied or cut off would let everybody in as the default user. */
function savedUsers(file: string, given: string): string {
  const saved = readUsersFile(file)?.replaceAll('\0', '')
  return saved === undefined || given.startsWith(saved.trimEnd()) ? given : saved
}

const cutOff = (file: string): LabError =>
  new LabError({
    code: 'lab-damaged',
    message: `the file with the users of this lab is cut off: ${file}`,
    hint: 'Put a copy of it back. The data of the nodes is untouched.',
  })
