/** A lab in words, for a person. */
import { rangesText, slotCount, type SlotRange } from '../cluster/index.js'
import { isSameRelease, spellRelease } from '../release/index.js'
import { nameFlag } from '../spec/index.js'
import type { LabStatus, NodeStatus } from '../supervisor/index.js'
import { table } from './table.js'

/** What `up` ends with: the nodes, the proof, and what to type next. */
export function readyText(status: LabStatus): string {
  return [nodeTable(status), '', ...slotLines(status), ...deviationLines(status), '', nextSteps(status)].join('\n')
}

export function statusText(status: LabStatus): string {
  const { name, state, redis, dir, ready, notes, tls } = status
  const lines = [
    `lab "${name}" is ${state} (${releases(status, `, ${redis.source}`)})`,
    `folder: ${dir}`,
    ...(tls ? [`TLS: clients trust ${tls.ca}`] : []),
    '',
    nodeTable(status),
    '',
  ]
  if (state !== 'stopped') lines.push(...slotLines(status), `ready: ${ready.level}`)
  lines.push(...ready.reasons.map((reason) => `  ${reason}`))
  lines.push(...deviationLines(status))
  lines.push(...notes.map((note) => `note: ${note}`))
  lines.push(...status.nodes.flatMap(crashLines))
  return lines.join('\n').trimEnd()
}

/** What its nodes run; `ofOne` is added where that is one release. */
export function releases({ nodes }: LabStatus, ofOne = ''): string {
  const all = [...new Set(nodes.flatMap(({ redis }) => (redis ? spellRelease(redis) : [])))]
  return all.length > 1 ? all.join(', ') : `${all[0]}${ofOne}`
}

function nodeTable(status: LabStatus): string {
  const { nodes, redis } = status
  const mixed = nodes.some((node) => node.redis && !isSameRelease(node.redis, redis))
  const rows = nodes.map((node) => [
    node.name,
    String(node.port),
    roleText(node),
    roleDetail(node, nodes),
    ...(mixed ? [node.redis ? spellRelease(node.redis) : '-'] : []),
    node.state,
    node.pid === null ? '-' : String(node.pid),
    node.foreign ? 'not of this lab' : restartsOf(node),
  ])
  return table(['NODE', 'PORT', 'ROLE', 'SLOTS', ...(mixed ? ['REDIS'] : []), 'STATE', 'PID', ''], rows)
}

/** What a node that stays down said last. */
function crashLines({ name, crash, log }: NodeStatus): string[] {
  if (!crash || crash.logTail.length === 0) return []
  return ['', `the last words of ${name} (${log}):`, ...crash.logTail.map((line) => `  ${line}`)]
}

/** Nodes after something was done to them, a line each. */
export function nodesText(nodes: readonly NodeStatus[]): string {
  return nodes
    .map(({ name, port, state, pid }) => `${name} (port ${port}) is ${state}${pid === null ? '' : `, pid ${pid}`}`)
    .join('\n')
}

const restartsOf = ({ restarts }: NodeStatus): string =>
  restarts === 0 ? '' : restarts === 1 ? 'restarted once' : `restarted ${restarts} times`

function roleDetail(node: NodeStatus, nodes: readonly NodeStatus[]): string {
  if (node.role === 'replica') {
    const master = nodes.find((other) => other.id === node.masterId)
    return master ? `of ${master.name}` : '-'
  }
  return node.slots.length === 0 ? '-' : node.slots.map(range).join(' ')
}

const range = ([first, last]: SlotRange): string => (first === last ? String(first) : `${first}-${last}`)

/** A role that differs from the planned one is marked. */
const roleText = ({ role, plannedRole }: NodeStatus): string =>
  plannedRole === null || role === plannedRole ? role : `${role} (planned: ${plannedRole})`

/** Owned slots and served ones are not the same: an owner may be away, or refuse. */
function slotLines({ slots }: LabStatus): string[] {
  const { assigned, served, unserved } = slots
  if (served === slotCount) return [`All ${slotCount} slots are served.`]
  return [
    `${assigned} of ${slotCount} slots are assigned, ${served} are served.`,
    ...unserved.map((part) => `  ${rangesText(part.slots)}: ${part.reason}`),
  ]
}

/** Commands that keep the data stand beside what they undo; the one that does not comes last. */
function deviationLines({ deviations }: LabStatus): string[] {
  if (deviations.length === 0) return []
  const last = deviations.find(({ deletesData }) => deletesData)?.restore
  return [
    '',
    'The cluster differs from the plan of this lab:',
    ...deviations.map(({ what, restore, deletesData }) =>
      restore === null || deletesData ? `  ${what}` : `  ${what}; to restore the plan: ${restore}`,
    ),
    ...(last ? [`The lab works as it is. Last resort, which restores the plan and deletes all keys: ${last}`] : []),
  ]
}

/** Who is let in, where not everybody is. */
const wayIn = {
  none: [],
  password: [['  password', 'the one that you gave']],
  acl: [['  users', 'those of the ACL file that you gave']],
} as const

function nextSteps({ name, nodes, ephemeral, auth, tls }: LabStatus): string {
  const flag = nameFlag(name)
  const url = `${tls ? 'rediss' : 'redis'}://127.0.0.1:${nodes[0]?.port}`
  return table(
    ['  connect to', url],
    [
      ...(tls ? [['  and trust', tls.ca]] : []),
      ...wayIn[auth],
      [`  redis-lab cli${flag}`, 'talk to it with redis-cli'],
      [`  redis-lab down${flag}`, ephemeral ? 'take it down, and its data with it' : 'take it down; its data stays'],
    ],
  )
}

/** A line of `ls`, and an element of what `ls --json` prints. */
export interface LabRow {
  readonly name: string
  /** `unknown`: its processes cannot be seen from here. */
  readonly state: 'running' | 'stopped' | 'failed' | 'unknown'
  readonly ports: readonly number[]
  readonly redis: string | null
  readonly dir: string | null
  readonly ephemeral: boolean
  readonly problem: string | null
}

export function lsText(labs: readonly LabRow[]): string {
  if (labs.length === 0) return 'There are no labs. Start one with: redis-lab up'
  const rows = labs.map(({ name, state, ports, redis, dir, problem }) => {
    const block = ports.length > 0 ? `${ports[0]}-${ports.at(-1)}` : '-'
    return [name, problem === null ? state : `${state}: ${problem}`, block, redis ?? '-', dir ?? '-']
  })
  return table(['NAME', 'STATE', 'PORTS', 'REDIS', 'FOLDER'], rows)
}
