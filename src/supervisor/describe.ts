/** From what the nodes said to the contract's words. Pure. */
import { choose, isMaster, isMyself, type Climb, type NodeLine } from '../cluster/index.js'
import type { RedisNode } from '../node/index.js'
import { clientTls, labFiles, nodeFiles } from '../paths.js'
import { buildOf, buildsOf } from './builds.js'
import type { LabRecord } from './record.js'
import type { CrashStatus, LabState, LabStatus, NodeStatus } from './status.js'

export interface DescribeInput {
  readonly record: LabRecord
  readonly nodes: readonly RedisNode[]
  readonly crashOf: (node: RedisNode) => CrashStatus | undefined
  readonly climb: Climb
  readonly ready: LabStatus['ready']
  readonly notes: LabStatus['notes']
  readonly state: LabState
  readonly supervisor: LabStatus['supervisor']
}

export function describeLab({
  record,
  nodes,
  crashOf,
  climb,
  ready,
  notes,
  state,
  supervisor,
}: DescribeInput): LabStatus {
  return {
    ...labFacts(record),
    state,
    supervisor,
    ready,
    notes,
    nodes: record.nodes.flatMap((planned, index) => {
      const node = nodes[index]
      return node ? [describeNode(record, climb, planned, node, crashOf(node))] : []
    }),
  }
}

/** What does not depend on who can be asked. */
export function labFacts(
  record: LabRecord,
): Pick<LabStatus, 'name' | 'dir' | 'ephemeral' | 'redis' | 'creator' | 'tls' | 'auth'> {
  const { name, dir, spec, build, auth } = record
  const creator = record.creator ?? spec.creator ?? choose(...buildsOf(record))
  return { name, dir, ephemeral: spec.ephemeral, redis: build, creator, tls: spec.tls ? clientTls(dir) : null, auth }
}

type NodeFacts = Omit<NodeStatus, 'pid' | 'state' | 'restarts' | 'crash'>

/** A node as a line of a view tells it; as it was planned where there is none. */
export function nodeFacts(
  record: Pick<LabRecord, 'dir' | 'build'>,
  planned: LabRecord['nodes'][number],
  line: NodeLine | undefined,
): NodeFacts {
  const dir = labFiles.node(record.dir, planned.port)
  const { engine, version } = buildOf(record, planned)
  return {
    name: planned.name,
    port: planned.port,
    busPort: planned.busPort,
    id: line?.id ?? planned.id,
    role: line ? (isMaster(line) ? 'master' : 'replica') : planned.role,
    masterId: line?.masterId ?? null,
    slots: line?.slots ?? [],
    redis: { engine, version },
    dir,
    log: nodeFiles.log(dir),
  }
}

/** Its own line in its own view of the cluster. */
export const ownLine = (climb: Climb, node: RedisNode): NodeLine | undefined => climb.views.get(node)?.find(isMyself)

function describeNode(
  record: LabRecord,
  climb: Climb,
  planned: LabRecord['nodes'][number],
  node: RedisNode,
  crash: CrashStatus | undefined,
): NodeStatus {
  // A node that cannot be asked is described by the others, and failing that by what was planned.
  const line = ownLine(climb, node) ?? [...climb.views.values()].flat().find((other) => other.port === node.port)
  const state = node.state === 'stopping' ? 'stopped' : node.state
  return {
    ...nodeFacts(record, planned, line),
    pid: node.identity?.pid ?? null,
    state,
    restarts: node.restarts,
    ...(crash && { crash }),
  }
}
