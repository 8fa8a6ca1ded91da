/** What a node boots from beside its data: its redis.conf and its users, as its release has them. */
import { refreshConf, writeNodeFolder, type Access, type ConfInput, type RedisNode } from '../node/index.js'
import { nodeTls } from '../paths.js'
import type { Build } from '../release/index.js'
import type { LabRecord } from './record.js'
import { placeUsers } from './users.js'

interface Owner {
  readonly record: LabRecord
  readonly access: Access
}

/**
 * Before it starts.
 *
 * @param rewrite the directives of the lab have changed since its redis.conf was written
 * @returns whether a redis.conf that was cut off was written again
 */
export function prepareFolder(owner: Owner, node: RedisNode, { rewrite }: { rewrite: boolean }): boolean {
  const replaced = writeNodeFolder(confOf(owner, node, node.build), { rewrite })
  placeUsers(owner.record.dir, node.dir, node.build)
  return replaced
}

/** Before it starts with another release than it had. A redis.conf that somebody has edited stays as it is. */
export function refreshFolder(owner: Owner, node: RedisNode, before: Build): void {
  refreshConf(confOf(owner, node, before), confOf(owner, node, node.build))
  placeUsers(owner.record.dir, node.dir, node.build)
}

function confOf({ record, access }: Owner, { name, port, dir }: RedisNode, build: Build): ConfInput {
  const { set, modules } = record.spec
  const tls = access.tls && nodeTls(record.dir)
  return { lab: record.name, name, port, dir, build, set, modules, access, ...(tls && { tls }) }
}
