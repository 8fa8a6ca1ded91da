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
    ...removed.map(({ name }) => resettable(input, `${name} is not part of the cluster`)),
    ...plan.filter(({ name }) => lines.has(name)).flatMap((node) => roleDeviation(input, node)),
    ...input.foreign.map((line) => foreignDeviation(input, line)),
  ]
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
      const isWithForeign = input.foreign.some((other) => other.slots.some((range) => overlap(range, node.slots)))
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
  if (isMaster(line)) {
    return successor === node.name
      ? []
      : [resettable(input, `${node.name} is a master instead of a replica of ${wanted}`)]
  }
  const master = nameOf(line.masterId)
  return master === successor ? [] : [resettable(input, `${node.name} is a replica of ${master} instead of ${wanted}`)]
}

function foreignDeviation(input: DeviationInput, line: NodeLine): Deviation {
  const { lab, plan, lines } = input
  const master = [...lines].find(([, other]) => other.id === line.masterId)?.[0]
  const role = isMaster(line) ? `owns ${rangesText(line.slots)}` : `is a replica of ${master ?? 'another node'}`
  const what = `${addressOf(line)} is not a node of this lab and ${role}`
  const [entry] = lines.values()
  if (!entry) return { what, restore: null, deletesData: false }
  const redisCli = (...words: string[]) => commandFor(lab, 'cli', '--', '--cluster', ...words)
  const address = `127.0.0.1:${entry.port}`
  if (line.slots.length === 0) return { what, restore: redisCli('del-node', address, line.id), deletesData: false }
  const planned = plan.filter(({ slots }) => line.slots.some((range) => overlap(range, slots)))
  const heirs = [...planned, ...plan].flatMap(({ name }) => lines.get(name) ?? []).filter(isMaster)
  const [heir] = heirs
  if (!heir) return { what, restore: null, deletesData: false }
  const move = ['--cluster-from', line.id, '--cluster-to', heir.id, '--cluster-slots', String(countSlots(line.slots))]
  return { what, restore: redisCli('reshard', address, ...move, '--cluster-yes'), deletesData: false }
}

const overlap = (one: SlotRange, other: SlotRange | undefined): boolean =>
  other !== undefined && one[0] <= other[1] && other[0] <= one[1]

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
