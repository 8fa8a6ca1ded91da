/** Who every node is to be, down to the ids. Made up for a new cluster, recovered for one that was kept. */
import { randomBytes } from 'node:crypto'
import type { Server } from '../../member.js'
import type { PlannedNode, SlotRange } from '../../topology.js'

export interface TargetMaster {
  readonly server: Server
  readonly id: string
  /** Shared with its replicas; written from 7.2 on. */
  readonly shardId: string
  readonly slots: readonly SlotRange[]
}

export interface TargetReplica {
  readonly server: Server
  readonly id: string
  readonly master: TargetMaster
}

export interface Target {
  /** In the order in which they take over. */
  readonly masters: readonly TargetMaster[]
  readonly replicas: readonly TargetReplica[]
  /** No epoch of the earlier life of the cluster is higher. 0 for a new one. */
  readonly lastEpoch: number
  readonly lastVoteEpoch: number
}

/** An id, or a shard's id, as Redis makes them: 40 hex digits. */
export const randomId = (): string => randomBytes(20).toString('hex')

/** @param slotsOf what each master is to own; its planned share where it is not said */
export function newTarget(
  nodes: readonly PlannedNode[],
  servers: readonly Server[],
  slotsOf: ReadonlyMap<string, readonly SlotRange[]> = new Map(),
): Target {
  const masters = new Map<string, TargetMaster>()
  const replicas: TargetReplica[] = []
  for (const [index, node] of nodes.entries()) {
    const server = servers[index]
    if (!server) throw new Error(`${node.name} was planned without a server`)
    const slots = slotsOf.get(node.name) ?? (node.slots && [node.slots])
    if (slots) masters.set(node.name, { server, id: randomId(), shardId: randomId(), slots })
    const master = node.masterName === undefined ? undefined : masters.get(node.masterName)
    if (master) replicas.push({ server, id: randomId(), master })
  }
  return { masters: [...masters.values()], replicas, lastEpoch: 0, lastVoteEpoch: 0 }
}
