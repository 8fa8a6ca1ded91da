/** What a node's settings and users are at this moment; taken once when a lab has become ready, before anybody changes them. */
import type { Reply } from '../../../node/index.js'
import type { Member } from '../../member.js'
import type { Settings } from './settings.js'

/** Both questions are on their way before this function returns a promise for a connection that is there. */
export async function readSettings(member: Member): Promise<Settings> {
  const client = await member.client()
  const config = client.call('CONFIG', 'GET', '*')
  const users = client.call('ACL', 'LIST').catch(() => null)
  return settingsFrom(await config, await users)
}

export function settingsFrom(config: Reply, users: Reply): Settings {
  const flat = Array.isArray(config) ? config.map(String) : []
  const pairs = flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : []))
  return { config: Object.fromEntries(pairs), users: Array.isArray(users) ? users.map(String) : [] }
}
