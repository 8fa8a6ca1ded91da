/** Who is to be what: the plan of a cluster, before anything runs. Pure. */
import { busPortOf } from '../spec/index.js'

export const slotCount = 16_384

/** First and last slot, both included. */
export type SlotRange = readonly [first: number, last: number]

export interface PlannedNode {
  /** m1 … for masters, r1 … for replicas: who they were planned to be, whatever failovers made of them later. */
  readonly name: string
  readonly port: number
  readonly busPort: number
  readonly role: 'master' | 'replica'
  /** A master's share of the slots. */
  readonly slots?: SlotRange
  /** A replica's master, by name. */
  readonly masterName?: string
}

export interface TopologyInput {
  readonly masters: number
  readonly replicas: number
  /** As many as there are nodes; masters take the first of them. */
  readonly ports: readonly number[]
}

export function planTopology({ masters, replicas, ports }: TopologyInput): PlannedNode[] {
  return ports.slice(0, masters * (1 + replicas)).map((port, index): PlannedNode => {
    const place = { port, busPort: busPortOf(port) }
    if (index < masters) return { ...place, name: `m${index + 1}`, role: 'master', slots: shareOfSlots(index, masters) }
    const nth = index - masters
    return { ...place, name: `r${nth + 1}`, role: 'replica', masterName: `m${(nth % masters) + 1}` }
  })
}

/**
 * The same even shares that `redis-cli --cluster create` deals out: 0-5460, 5461-10922, 10923-16383 for three. From 78 masters
 * on some borders differ by one slot, because redis-cli adds its shares up in single precision.
 */
function shareOfSlots(index: number, masters: number): SlotRange {
  const border = (at: number) => Math.round((slotCount * at) / masters)
  return [border(index), border(index + 1) - 1]
}
