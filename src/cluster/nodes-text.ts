/**
 * The text of CLUSTER NODES, which is also that of a nodes.conf, as data. Pure.
 *
 *     <id> <ip:port@bus[,host[,key=value…]]> <flags> <master id or -> <ping> <pong> <epoch> <link> <slot>…
 */
import { slotCount, type SlotRange } from './topology.js'

export interface NodeLine {
  readonly id: string
  /** As the node that was asked reaches it; empty for itself until it has learned that from another. */
  readonly host: string
  readonly port: number
  readonly busPort?: number
  /** From 7.2 on: what a master and its replicas have in common. */
  readonly shardId?: string
  readonly flags: readonly string[]
  readonly masterId: string | null
  /** The node has been heard over the bus since the one that was asked has started. */
  readonly heard: boolean
  readonly epoch: number
  /** The bus link from the node that was asked to this one is up. */
  readonly linked: boolean
  readonly slots: readonly SlotRange[]
  /** Slots on their way, as Redis writes them: [93->-<id>], [93-<-<id>]. */
  readonly moving: readonly string[]
}

/** @throws Error with the line that is none */
export function parseNodes(text: string): NodeLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('vars '))
    .map(parseLine)
}

const lastPort = 65_535
const shape =
  /^([0-9a-f]{40}) (\S+) ([a-z?]+(?:,[a-z?]+)*) (-|[0-9a-f]{40}) \d+ (\d+) (\d+) (connected|disconnected)((?: \S+)*)$/

function parseLine(line: string): NodeLine {
  // Checked from end to end: of a line that was cut short or is something else, nothing is to be believed.
  const found = shape.exec(line.trimEnd())
  const [, id = '', address = '', flags = '', master = '', heard = '', epoch = '', link = '', places = ''] = found ?? []
  const named = /:(\d{1,5})(@\d+)?(,|$)/.exec(address)?.[1]
  // From 7.2 on a nodes.conf has the port of plain TCP there, which a node that speaks TLS alone has none of.
  const port = named === '0' ? (/,tls-port=(\d{1,5})(,|$)/.exec(address)?.[1] ?? named) : named
  if (!found || port === undefined || Number(port) > lastPort) {
    throw new Error(`not a line of CLUSTER NODES: ${JSON.stringify(line)}`)
  }
  const slots = places.split(' ').filter((place) => place !== '')
  const shardId = /,shard-id=([0-9a-f]{40})(,|$)/.exec(address)?.[1]
  const bus = /@(\d{1,5})(,|$)/.exec(address)?.[1]
  return {
    id,
    ...(bus !== undefined && { busPort: Number(bus) }),
    host: /^(.*?):\d{1,5}(@|,|$)/.exec(address)?.[1] ?? '',
    port: Number(port),
    ...(shardId !== undefined && { shardId }),
    flags: flags.split(','),
    masterId: master === '-' ? null : master,
    heard: heard !== '0',
    epoch: Number(epoch),
    linked: link === 'connected',
    slots: slots.filter((slot) => !onItsWay.test(slot)).map(parseRange),
    moving: slots.filter((slot) => onItsWay.test(slot)),
  }
}

const onItsWay = /^\[\d{1,5}-[<>]-[0-9a-f]{40}\]$/

function parseRange(text: string): SlotRange {
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const [first, last] = [Number(from), Number(to)]
  if (first <= last && last < slotCount) return [first, last]
  throw new Error(`not a range of slots: ${JSON.stringify(text)}`)
}

export const isMaster = (line: NodeLine): boolean => line.flags.includes('master')
export const isMyself = (line: NodeLine): boolean => line.flags.includes('myself')
/** Flags of a node that is not simply there: unknown, suspected, or lost. */
export const troubleOf = (line: NodeLine): string | undefined =>
  line.flags.find((flag) => ['handshake', 'noaddr', 'fail', 'fail?'].includes(flag))

export function countSlots(ranges: readonly SlotRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0)
}

/** The owner of each slot: of two masters that claim it the one with the higher epoch, as on the bus. */
export function ownersBySlot(claims: readonly NodeLine[]): readonly (NodeLine | undefined)[] {
  const owners = new Array<NodeLine | undefined>(slotCount).fill(undefined)
  for (const claim of claims.filter(isMaster)) {
    for (const [first, last] of claim.slots) {
      for (let slot = first; slot <= last; slot++) {
        const rival = owners[slot]
        if (!rival || rival.epoch < claim.epoch) owners[slot] = claim
      }
    }
  }
  return owners
}
