/**
 * A lab of several releases that went down after a failover, in the middle of an upgrade perhaps: a node that is the replica of
 * one with a newer release now, which it could not follow. It begins again with the release of its master.
 */
import { giveShardIds, ownLineOnDisk } from '../../cluster/index.js'
import type { RedisNode } from '../../node/index.js'
import { canFollow, type Build } from '../../release/index.js'
import { buildOf } from '../builds.js'
import type { LabRecord } from '../record.js'

export interface BroughtAlong {
  readonly record: LabRecord
  readonly nodes: readonly { readonly node: RedisNode; readonly before: Build }[]
}

/** To be called when none of them runs. @returns the lab as it is from now on, and who has another release than before */
export function bringAlong(record: LabRecord, nodes: readonly RedisNode[]): BroughtAlong {
  const lines = new Map(nodes.map((node) => [node, ownLineOnDisk(node.dir)]))
  const brought = nodes.flatMap((node) => {
    const { masterId } = lines.get(node) ?? {}
    const master = masterId ? nodes.find((other) => lines.get(other)?.id === masterId) : undefined
    return master && !canFollow(node.build, master.build) ? [{ node, before: node.build, master }] : []
  })
  let { spec } = record
  let planned = record.nodes
  for (const { node, master } of brought) {
    node.use(master.build)
    giveShardIds(
      node,
      nodes.filter((other) => other !== node),
    )
    const redis = spec.redisFor[master.name] ?? spec.redis
    if (redis !== undefined) spec = { ...spec, redisFor: { ...spec.redisFor, [node.name]: redis } }
    const source = planned.find(({ name }) => name === master.name)
    const build = source ? buildOf(record, source) : master.build
    planned = planned.map((one) => (one.name === node.name ? { ...one, build } : one))
  }
  return { record: { ...record, spec, nodes: planned }, nodes: brought }
}
