/**
 * Shard ids for a nodes.conf of before there were any.
 *
 * Redis 7.2 and later read a file without them, and make ids up, but forget to enter the masters under theirs: until the next
 * start CLUSTER SHARDS has shards without a master, and after each such question CLUSTER NODES lists slots twice (seen on 8.0.6;
 * clusterLoadConfig adds to a shard only what came with an id, and clusterGenNodesSlotsInfo is freed by way of the shards). A node
 * that is started with a newer release therefore gets them written into its file first.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { nodeFiles } from '../paths.js'
import { writeWhole } from '../util/files.js'
import { traitsOf } from './create/instant/engine.js'
import type { Server } from './member.js'
import { isMyself, parseNodes } from './nodes-text.js'

/** To be called when the server is stopped, and `build` is what it is started with next. */
export function giveShardIds(server: Pick<Server, 'dir' | 'build'>, others: readonly Pick<Server, 'dir'>[]): void {
  const file = nodeFiles.nodes(server.dir)
  if (!traitsOf(server.build).shardIds || !existsSync(file)) return
  const text = readFileSync(file, 'utf8')
  const given = withShardIds(text, knownIds(others))
  if (given !== text) writeWhole(file, given)
}

/** What each node says of itself: of others each has made up its own. */
function knownIds(servers: readonly Pick<Server, 'dir'>[]): Map<string, string> {
  const own = servers.flatMap(({ dir }) => {
    const file = nodeFiles.nodes(dir)
    const line = existsSync(file) ? parseNodes(readFileSync(file, 'utf8')).find(isMyself) : undefined
    return line?.shardId === undefined ? [] : [[line.id, line.shardId] as const]
  })
  return new Map(own)
}

/** Lines that have one keep it. A shard that nobody knows an id of gets one that follows from its master's. Pure. */
export function withShardIds(text: string, known: ReadonlyMap<string, string>): string {
  const nodes = parseNodes(text)
  const masterOf = new Map(nodes.map(({ id, masterId }) => [id, masterId ?? id]))
  const shardOf = (id: string): string => {
    const master = masterOf.get(id) ?? id
    const own = nodes.find((node) => node.id === master)?.shardId
    return own ?? known.get(master) ?? createHash('sha1').update(`shard of ${master}`).digest('hex')
  }
  return text
    .split('\n')
    .map((line) => {
      const [, id = '', address = '', rest = ''] = /^([0-9a-f]{40}) (\S+) (.*)$/.exec(line) ?? []
      if (id === '' || address.includes('shard-id=')) return line
      // Behind the address comes the name of the host, which may be empty or left out.
      return `${id} ${address.includes(',') ? address : `${address},`},shard-id=${shardOf(id)} ${rest}`
    })
    .join('\n')
}
