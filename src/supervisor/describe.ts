/** From what the nodes said to the contract's words. Pure. */
import {
  addressOf,
  choose,
  deviationsOf,
  foreignNodes,
  isAtLeast,
  isMaster,
  isMyself,
  membershipOf,
  troubleOf,
  type Climb,
  type Deviation,
  type NodeLine,
} from '../cluster/index.js'
import { loopback, type RedisNode } from '../node/index.js'
import { clientTls, labFiles, nodeFiles } from '../paths.js'
import { busPortOf } from '../spec/index.js'
import { buildOf, buildsOf } from './builds.js'
import type { LabRecord } from './record.js'
import type { CrashStatus, LabState, LabStatus, NodeStatus } from './status.js'

export interface DescribeInput {
  readonly record: LabRecord
  readonly nodes: readonly RedisNode[]
  readonly crashOf: (node: RedisNode) => CrashStatus | undefined
  readonly climb: Climb
  readonly ready: LabStatus['ready']
  readonly slots: LabStatus['slots']
  readonly state: LabState
  readonly supervisor: LabStatus['supervisor']
}

export function describeLab(input: DescribeInput): LabStatus {
  const { record, nodes, crashOf, climb, ready, slots, state, supervisor } = input
  const own = record.nodes.flatMap((planned, index) => {
    const node = nodes[index]
    return node ? [describeNode(record, climb, planned, node, crashOf(node))] : []
  })
  return {
    ...labFacts(record),
    state,
    supervisor,
    ready,
    slots,
    deviations: deviationsIn(input),
    nodes: [...own, ...foreignNodes(climb).map(describeForeign)],
  }
}

/** Only what every node agrees on is held against the plan. */
function deviationsIn({ record, nodes, climb, ready }: DescribeInput): Deviation[] {
  if (!isAtLeast(ready.level, 'agreed')) return []
  const view = nodes.filter((node) => !climb.outside.has(node)).flatMap((node) => [...(climb.views.get(node) ?? [])])
  const lines = new Map<string, NodeLine>()
  for (const [member, line] of membershipOf(nodes, view).own)
    if (!climb.outside.has(member)) lines.set(member.name, line)
  return deviationsOf({ lab: record.name, plan: record.nodes, lines, foreign: foreignNodes(climb) })
}

/** As the nodes of the lab see it: nobody here looks after it. */
function describeForeign(line: NodeLine): NodeStatus {
  return {
    name: addressOf(line),
    host: line.host,
    port: line.port,
    busPort: line.busPort ?? busPortOf(line.port),
    pid: null,
    id: line.id,
    role: isMaster(line) ? 'master' : 'replica',
    plannedRole: null,
    masterId: line.masterId,
    slots: line.slots,
    redis: null,
    state: troubleOf(line) === undefined ? 'running' : 'stopped',
    restarts: 0,
    dir: '',
    log: '',
    foreign: true,
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
    host: loopback,
    port: planned.port,
    busPort: planned.busPort,
    id: line?.id ?? planned.id,
    role: line ? (isMaster(line) ? 'master' : 'replica') : planned.role,
    plannedRole: planned.role,
    masterId: line?.masterId ?? null,
    slots: line?.slots ?? [],
    redis: { engine, version },
    dir,
    log: nodeFiles.log(dir),
    foreign: false,
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
