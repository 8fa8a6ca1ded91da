/** From what the nodes said to the contract's words. Pure. */
import { choose, isMaster, isMyself, type Climb, type NodeLine } from '../cluster/index.js'
import type { RedisNode } from '../node/index.js'
import { nodeFiles } from '../paths.js'
import type { LabRecord } from './record.js'
import type { LabState, LabStatus, NodeStatus } from './status.js'

export interface DescribeInput {
  readonly record: LabRecord
  readonly nodes: readonly RedisNode[]
  readonly climb: Climb
  readonly ready: LabStatus['ready']
  readonly state: LabState
  readonly supervisor: LabStatus['supervisor']
}

export function describeLab({ record, nodes, climb, ready, state, supervisor }: DescribeInput): LabStatus {
  const { name, dir, spec, build } = record
  return {
    name,
    state,
    dir,
    ephemeral: spec.ephemeral,
    redis: build,
    creator: record.creator ?? spec.creator ?? choose(build),
    supervisor,
    ready,
    nodes: record.nodes.flatMap((planned, index) => {
      const node = nodes[index]
      return node ? [describeNode(climb, planned, node)] : []
    }),
  }
}

/** Its own line in its own view of the cluster. */
export const ownLine = (climb: Climb, node: RedisNode): NodeLine | undefined => climb.views.get(node)?.find(isMyself)

function describeNode(climb: Climb, planned: LabRecord['nodes'][number], node: RedisNode): NodeStatus {
  // A node that cannot be asked is described by the others, and failing that by what was planned.
  const own = ownLine(climb, node)
  const line = own ?? [...climb.views.values()].flat().find((other) => other.port === node.port)
  return {
    name: node.name,
    port: node.port,
    busPort: planned.busPort,
    pid: node.identity?.pid ?? null,
    id: line?.id ?? planned.id,
    role: line ? (isMaster(line) ? 'master' : 'replica') : planned.role,
    masterId: line?.masterId ?? null,
    slots: line?.slots ?? [],
    state: node.state === 'stopping' ? 'stopped' : node.state,
    restarts: node.restarts,
    dir: node.dir,
    log: nodeFiles.log(node.dir),
  }
}
