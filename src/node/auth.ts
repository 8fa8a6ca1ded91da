/**
 * What a redis.conf says of a lab that asks who is there, and how that text is shown to others. Pure.
 *
 * The password of the default user is `requirepass`, in every release. Users come in a file of the node's own, so that ACL SAVE
 * and ACL LOAD work and touch nobody else's; replicas are then the lab's own user, because what the others may do is not ours to
 * know.
 */
import { hiddenSecret } from '../spec/index.js'
import type { Access } from './access.js'
import { quoteConfValue } from './quote.js'

/** The names of before Valkey 8, which it still understands. */
export function authLines({ user }: Access): string[] {
  if (!user) return []
  const password = quoteConfValue(user.password)
  if (user.name === undefined) return [`requirepass ${password}`, `masterauth ${password}`]
  return ['aclfile users.acl', `masteruser ${user.name}`, `masterauth ${password}`]
}

/** The same redis.conf without the passwords in it, nor the users that CONFIG REWRITE puts there with their hashes. */
export const withoutPasswords = (confText: string): string =>
  confText.replaceAll(
    /^([ \t]*"?(?:user|requirepass|(?:master|primary)auth|[a-z-]+-pass)"?)[ \t].*$/gim,
    (_, name: string) => `${name} ${hiddenSecret}`,
  )
