/**
 * An ACL file, as Redis reads it: a line `user NAME RULE RULE…` for each user, words between single spaces, and no comments
 * (ACLLoadFromFile in acl.c). Pure.
 *
 * The lab needs a way in whatever the file says of the default user, so it has a user of its own beside those of the file.
 * Passwords are written as their sha256, which is what Redis itself keeps and saves.
 */
import { createHash } from 'node:crypto'
import type { User } from './access.js'

/** The lab's own: its connections, its replicas, `redis-lab cli`, and clients of which nothing else is said. */
export const ownUserName = 'redis-lab'

export interface UsersText {
  /** With sha256 in the place of passwords; every user in the line that it has in the file. */
  readonly text: string
  /** What is wrong, a sentence each; what Redis has to say beyond that, it says when it starts. */
  readonly problems: readonly string[]
}

export function readUsers(given: string): UsersText {
  const names = new Set<string>()
  const problems: string[] = []
  const lines = linesOf(given).map((line, index) => {
    if (line === '') return ''
    const [keyword, name = '', ...rules] = line.split(' ')
    const problem = problemOf({ line, keyword, name }, names)
    if (problem !== undefined) problems.push(`line ${index + 1} ${problem}`)
    names.add(name)
    return ['user', name, ...rules.map(withoutPassword)].join(' ')
  })
  if (names.size === 0) problems.push('it has no users')
  return { text: lines.join('\n').trimEnd(), problems }
}

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.replaceAll(/^[ \t\r]+|[ \t\r]+$/g, ''))

/** Never with what stands there: it may be a password that lost its place. */
function problemOf(
  { line, keyword, name }: { line: string; keyword: string | undefined; name: string },
  names: ReadonlySet<string>,
): string | undefined {
  if (line.startsWith('#')) return 'is a comment, and Redis takes none in an ACL file'
  if (keyword !== 'user' || name === '') return 'is no user: it has to begin with "user NAME"'
  if (/[\0\t\v\f\r]/.test(line)) return 'has a control character in it'
  if (name === ownUserName) return `defines "${ownUserName}", which is the lab's own user`
  return names.has(name) ? 'defines a user that a line before it has defined' : undefined
}

/** `>password`, and `<password`, which takes one away, as `#sha256` and `!sha256`. */
function withoutPassword(rule: string): string {
  if (rule.startsWith('>')) return `#${sha256Of(rule.slice(1))}`
  return rule.startsWith('<') ? `!${sha256Of(rule.slice(1))}` : rule
}

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The same with the lab's own user, as it has to be, in the last line. */
export const withOwnUser = (text: string, { password }: Pick<User, 'password'>): string =>
  `${withoutOwnUser(text)}\nuser ${ownUserName} on #${sha256Of(password)} ~* ${allChannels} +@all\n`

/** Before 6.2 users have no rights to channels, and Redis refuses a rule about them. */
export const ownUserWithoutChannels = (ownLine: string): string => ownLine.replace(` ${allChannels} `, ' ')

const allChannels = '&*'

export const withoutOwnUser = (text: string): string =>
  linesOf(text)
    .filter((line) => line.split(' ')[1] !== ownUserName)
    .join('\n')
    .trimEnd()
