/**
 * How a cluster differs from the plan of its lab, and the command that undoes it. Pure.
 *
 * Nothing of it is a fault: the cluster is whole. Commands that keep the data come first; where only `reset` can undo it, the
 * sentence says that it deletes all keys.
 */
import { commandFor } from '../spec/index.js'
import { addressOf } from './membership.js'
import { countSlots, isMaster, type NodeLine } from './nodes-text.js'
import type { PlannedNode, SlotRange } from './topology.js'

export interface Deviation {
  /** A sentence without its period. */
  readonly what: string
  /** The command that restores the plan; null where there is none to paste. */
  readonly restore: string | null
  /** The command deletes all keys. */
  readonly deletesData: boolean
}

export interface DeviationInput {
  readonly lab: string
  readonly plan: readonly PlannedNode[]
  /** The line of each node of the lab that is part of the cluster, by name. */
  readonly lines: ReadonlyMap<string, NodeLine>
  readonly foreign: readonly NodeLine[]
}

export function deviationsOf(input: DeviationInput): Deviation[] {
  const { plan, lines } = input
  const removed = plan.filter(({ name }) => !lines.has(name))
  return [
    ...removed.map((node) => removal(input, node)),
    ...plan.filter(({ name }) => lines.has(name)).flatMap((node) => roleDeviation(input, node)),
    ...input.foreign.map((line) => foreignDeviation(input, line)),
  ]
}

/** A replica is added again; a master would need its slots too. */
function removal(input: DeviationInput, { name, port, masterName = '' }: PlannedNode): Deviation {
  const what = `${name} is not part of the cluster`
  const master = input.lines.get(masterName)
  const entry = entryOf(input)
  if (!entry || !master || !isMaster(master)) return resettable(input, what)
  const restore = redisCli(
    input,
    'add-node',
    `127.0.0.1:${port}`,
    entry,
    '--cluster-slave',
    '--cluster-master-id',
    master.id,
  )
  return { what, restore, deletesData: false }
}

function roleDeviation(input: DeviationInput, node: PlannedNode): Deviation[] {
  const { lab, plan, lines } = input
  const line = lines.get(node.name) as NodeLine
  const nameOf = (id: string | null) => [...lines].find(([, other]) => other.id === id)?.[0] ?? 'another node'
  if (node.role === 'master') {
    if (isMaster(line)) {
      const owned = rangesText(line.slots)
      const planned = rangesText(node.slots ? [node.slots] : [])
      if (owned === planned) return []
      const what = `${node.name} owns ${owned} instead of ${planned}`
      // Its slots come back with the data when those of the others do.
      const isWithForeign = input.foreign.some((other) => other.slots.some((range) => common(range, node.slots) > 0))
      return [isWithForeign ? { what, restore: null, deletesData: false } : resettable(input, what)]
    }
    const master = nameOf(line.masterId)
    const isItsReplica = plan.some(({ name, masterName }) => name === master && masterName === node.name)
    const what = `${node.name} is a replica of ${master}`
    if (!isItsReplica) return [resettable(input, `${what} instead of a master`)]
    const restore = commandFor(lab, 'failover', node.name)
    return [{ what: `${what}, which took its place`, restore, deletesData: false }]
  }
  const wanted = node.masterName ?? ''
  const current = lines.get(wanted)
  // Its master was replaced: by this node, or by another replica that this one follows.
  const successor = current && !isMaster(current) ? nameOf(current.masterId) : wanted
  const master = isMaster(line) ? undefined : nameOf(line.masterId)
  if (successor === (master ?? node.name)) return []
  const is = master === undefined ? 'a master instead of a replica' : `a replica of ${master} instead`
  const what = `${node.name} is ${is} of ${wanted}`
  const goal = lines.get(successor)
  // It follows another master at once, and is filled from there; one that owns slots cannot.
  if (!goal || !isMaster(goal) || line.slots.length > 0) return [resettable(input, what)]
  return [
    { what, restore: commandFor(lab, 'cli', node.name, '--', 'cluster', 'replicate', goal.id), deletesData: false },
  ]
}

function foreignDeviation(input: DeviationInput, line: NodeLine): Deviation {
  const { plan, lines } = input
  const master = [...lines].find(([, other]) => other.id === line.masterId)?.[0]
  const role = isMaster(line) ? `owns ${rangesText(line.slots)}` : `is a replica of ${master ?? 'another node'}`
  const what = `${addressOf(line)} is not a node of this lab and ${role}`
  const entry = entryOf(input)
  if (entry === undefined) return { what, restore: null, deletesData: false }
  if (line.slots.length === 0) return { what, restore: redisCli(input, 'del-node', entry, line.id), deletesData: false }
  // redis-cli takes the lowest slots first, and the planned ranges are in the order of the masters.
  const moves = plan.flatMap(({ name, slots }) => {
    const count = line.slots.reduce((sum, range) => sum + common(range, slots), 0)
    const owner = lines.get(name)
    if (count === 0 || !owner || !isMaster(owner)) return []
    const words = [
      '--cluster-from',
      line.id,
      '--cluster-to',
      owner.id,
      '--cluster-slots',
      String(count),
      '--cluster-yes',
    ]
    return [{ count, command: redisCli(input, 'reshard', entry, ...words) }]
  })
  const moved = moves.reduce((sum, { count }) => sum + count, 0)
  if (moved < countSlots(line.slots)) return { what, restore: null, deletesData: false }
  return { what, restore: moves.map(({ command }) => command).join(' && '), deletesData: false }
}

const redisCli = ({ lab }: DeviationInput, ...words: readonly string[]): string =>
  commandFor(lab, 'cli', '--', '--cluster', ...words)

/** Where redis-cli finds the cluster. */
function entryOf({ lines }: DeviationInput): string | undefined {
  const [entry] = lines.values()
  return entry && `127.0.0.1:${entry.port}`
}

/** How many slots two ranges share. */
const common = ([first, last]: SlotRange, other: SlotRange | undefined): number =>
  other === undefined ? 0 : Math.max(0, Math.min(last, other[1]) - Math.max(first, other[0]) + 1)

const resettable = ({ lab }: DeviationInput, what: string): Deviation => ({
  what,
  restore: commandFor(lab, 'reset'),
  deletesData: true,
})

const mostRanges = 4

export function rangesText(ranges: readonly SlotRange[]): string {
  if (ranges.length === 0) return 'no slots'
  const shown = ranges
    .slice(0, mostRanges)
    .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
  const more = ranges.length - shown.length
  return `slots ${shown.join(', ')}${more > 0 ? ` and ${more} more ranges` : ''}`
}
