/** What one node says about itself and the others, asked in one round trip; only as much of it as a level of readiness needs. */
import type { Reply } from '../node/index.js'
import type { Member } from './member.js'
import { parseNodes, type NodeLine } from './nodes-text.js'

/** @throws ConnectionError, ReplyError */
export async function askNodes(member: Member): Promise<NodeLine[]> {
  const client = await member.client()
  return parseNodes(await client.text('CLUSTER', 'NODES'))
}

/** The `key:value` lines of INFO and CLUSTER INFO. */
export async function askInfo(member: Member, ...words: readonly string[]): Promise<Map<string, string>> {
  const client = await member.client()
  const text = await client.text(...words)
  const pairs = text.split(/\r?\n/).map((line) => line.split(/:(.*)/, 2) as [string, string | undefined])
  return new Map(pairs.filter(([, value]) => value !== undefined) as [string, string][])
}

/** How many keys the `keyspace` part of INFO counts, in all databases: an engine may have several in a cluster. */
export const keysIn = (info: string): number =>
  [...info.matchAll(/^db\d+:keys=(\d+)/gm)].reduce((sum, [, keys]) => sum + Number(keys), 0)

/** It serves clients, as it says itself. @throws ConnectionError, ReplyError */
export const isServing = async (member: Member): Promise<boolean> =>
  (await askInfo(member, 'CLUSTER', 'INFO')).get('cluster_state') === 'ok'

/**
 * The ids of the replicas that this node would tell a client to read from.
 *
 * CLUSTER SLOTS leaves a replica out while its offset is 0 (isReplicaAvailable in Redis's cluster.c); CLUSTER SHARDS, from 7.0
 * on, lists it as "loading" for the same reason. A client may use either, so a replica counts when both have it.
 */
export async function askAvailableReplicas(member: Member): Promise<Set<string>> {
  const client = await member.client()
  const [slots, shards] = await Promise.all([
    client.call('CLUSTER', 'SLOTS'),
    client.call('CLUSTER', 'SHARDS').catch(() => null),
  ])
  const listed = new Set(replicasInSlots(slots))
  if (shards === null) return listed
  const online = new Set(onlineInShards(shards))
  return new Set([...listed].filter((id) => online.has(id)))
}

/** Each entry: first slot, last slot, master, replica… ; each node: host, port, id… */
function replicasInSlots(reply: Reply): string[] {
  return list(reply).flatMap((entry) =>
    list(entry)
      .slice(3)
      .flatMap((node) => text(list(node)[2])),
  )
}

/** Each shard and each node in it is a flat list of names and values. */
function onlineInShards(reply: Reply): string[] {
  const nodes = list(reply).flatMap((shard) => list(record(shard).get('nodes') ?? null))
  return nodes
    .map(record)
    .filter((node) => node.get('health') === 'online')
    .flatMap((node) => text(node.get('id')))
}

/** What stands where a text belongs, if it is one. */
const text = (reply: Reply | undefined): string[] => (typeof reply === 'string' ? [reply] : [])

const list = (reply: Reply): Reply[] => (Array.isArray(reply) ? reply : [])

function record(reply: Reply): Map<string, Reply> {
  const flat = list(reply)
  return new Map(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[String(name), flat[index + 1] ?? null] as const] : [])),
  )
}
