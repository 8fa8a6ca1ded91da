/**
 * users.acl: in the lab's folder as the lab was made, and in each node's as ACL SAVE may have changed it since.
 *
 * Of passwords there is the sha256, which is guessed quickly where the password is a word: they are their owner's alone.
 */
import { readFileSync } from 'node:fs'
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
 */
export function placeUsers(labDir: string, nodeDir: string, { version }: Pick<Build, 'version'>): void {
  const given = readUsersFile(labFiles.users(labDir))
  if (given === undefined) return
  const file = nodeFiles.users(nodeDir)
  const saved = readUsersFile(file) ?? given
  const ownLine = given.trimEnd().split('\n').at(-1) ?? ''
  const own = compareVersions(version, '6.2.0') < 0 ? ownUserWithoutChannels(ownLine) : ownLine
  writeUsers(file, saved.split('\n').includes(own) ? saved : `${withoutOwnUser(saved)}\n${own}\n`)
}
