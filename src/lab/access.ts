/** What it takes to talk to the nodes of a lab: made for a new one, and found for one that is kept. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { LabError } from '../errors.js'
import { ownUserName, readUsers, withOwnUser, withoutOwnUser, type Access } from '../node/index.js'
import { clientTls, labFiles } from '../paths.js'
import { compareVersions, type Build } from '../release/index.js'
import { badInput, commandFor, type LabSpec } from '../spec/index.js'
import { readAccess, readUsersFile, type AuthKind, type LabRecord } from '../supervisor/index.js'
import { quoted } from '../util/text.js'

type Auth = Pick<LabSpec, 'password' | 'acl'>
type Asked = Auth & Partial<Pick<LabSpec, 'tls'>>

export const authKindOf = ({ password, acl }: Auth): AuthKind =>
  acl !== undefined ? 'acl' : password !== undefined ? 'password' : 'none'

/** Of a new lab in this folder; nothing of it is on disk yet. The supervisor makes the certificates, once the folder is the lab's. */
export function accessFor(spec: Asked, dir: string): Access {
  const user = userFor(spec)
  return { ...(spec.tls && { tls: clientTls(dir) }), ...(user && { user }) }
}

function userFor({ password, acl }: Auth): Access['user'] {
  if (acl !== undefined) return { name: ownUserName, password: randomBytes(24).toString('base64url') }
  return password === undefined ? undefined : { password }
}

/** The users.acl of a new lab; undefined where it has no users. @throws LabError `bad-input` */
export const usersFor = ({ acl }: Auth, { user }: Access): string | undefined =>
  acl === undefined || user === undefined ? undefined : withOwnUser(readAclFile(acl), user)

/** @throws LabError `bad-input` with everything that can be told before Redis reads it; nothing was touched then */
export function requireAclFile({ acl }: Auth): void {
  if (acl !== undefined) readAclFile(acl)
}

/** @throws LabError `bad-input` */
export function requireUsersIn(build: Build, { acl }: Auth): void {
  if (acl === undefined || compareVersions(build.version, '6.0.0') >= 0) return
  throw badInput(
    [`--acl ${quoted(acl)}: ${build.engine} ${build.version} has no users; they came with Redis 6.0`],
    'Choose a newer release with --redis, or one password for everybody with --password.',
  )
}

/** With sha256 in the place of passwords. @throws LabError `bad-input`; nothing of what the file says is in it */
function readAclFile(file: string): string {
  const { text, problems } = look(file)
  if (problems.length === 0) return text
  throw badInput(
    problems.map((problem) => `--acl ${quoted(file)}: ${problem}`),
    'An ACL file has a line for each user: user NAME RULE RULE… (redis.io: "ACL", "external ACL file").',
  )
}

function look(file: string): ReturnType<typeof readUsers> {
  const refused = (problem: string) => ({ text: '', problems: [problem] })
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return refused('there is no such file')
    if (code === 'EISDIR') return refused('it is a folder, and no file')
    return refused(code === 'EACCES' ? 'it cannot be read' : message)
  }
  return isUtf8(bytes) ? readUsers(bytes.toString()) : refused('it is no text in UTF-8')
}

/** @throws LabError `lab-damaged` when nobody could get in with what is left of it */
export function keptAccess({ dir, auth, name, spec }: LabRecord): Access {
  const access = readAccess(dir)
  if ((auth === 'none' || access.user !== undefined) && (!spec.tls || access.tls !== undefined)) return access
  throw new LabError({
    code: 'lab-damaged',
    message: `what it takes to talk to the lab "${name}" is lost`,
    hint: `Its data is untouched. Put the file back. Last resort, which deletes the data: ${commandFor(name, 'down', '--purge')}`,
    details: [
      `file: ${labFiles.access(dir)}`,
      ...(auth === 'none' ? [] : ['the nodes ask for a password, which stands in each redis.conf']),
    ],
  })
}

/**
 * What a lab that exists has of what is asked for, in the words of the options. A file with the same users is the same, wherever
 * it is; otherwise the lab has its own.
 */
export function authOf(record: LabRecord, wanted: Auth): Auth {
  const { auth, dir, spec } = record
  if (auth === 'password') return { password: readAccess(dir).user?.password, acl: undefined }
  if (auth === 'none' || wanted.acl === undefined) return { password: undefined, acl: spec.acl }
  const own = labFiles.users(dir)
  const same = withoutOwnUser(readUsersFile(own) ?? '') === readAclFile(wanted.acl)
  return { password: undefined, acl: same ? wanted.acl : own }
}
