/**
 * The text of CLUSTER NODES, which is also that of a nodes.conf, as data. Pure.
 *
 *     <id> <ip:port@bus[,host[,key=value…]]> <flags> <master id or -> <ping> <pong> <epoch> <link> <slot>…
 */
import type { SlotRange } from './topology.js'

export interface NodeLine {
  readonly id: string
  readonly port: number
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

function parseLine(line: string): NodeLine {
  const [id = '', address = '', flags = '', master = '', , heard = '', epoch = '', link = '', ...slots] = line
    .trimEnd()
    .split(' ')
  const port = /:(\d+)(@\d+)?(,|$)/.exec(address)?.[1]
  if (!/^[0-9a-f]{40}$/.test(id) || port === undefined || !/^\d+$/.test(epoch)) {
    throw new Error(`not a line of CLUSTER NODES: ${JSON.stringify(line)}`)
  }
  const shardId = /,shard-id=([0-9a-f]{40})(,|$)/.exec(address)?.[1]
  return {
    id,
    port: Number(port),
    ...(shardId !== undefined && { shardId }),
    flags: flags.split(','),
    masterId: master === '-' ? null : master,
    heard: heard !== '0',
    epoch: Number(epoch),
    linked: link === 'connected',
    slots: slots.filter((slot) => !slot.startsWith('[')).map(parseRange),
    moving: slots.filter((slot) => slot.startsWith('[')),
  }
}

function parseRange(text: string): SlotRange {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  if (first === undefined) throw new Error(`not a range of slots: ${JSON.stringify(text)}`)
  return [Number(first), Number(last)]
}

export const isMaster = (line: NodeLine): boolean => line.flags.includes('master')
export const isMyself = (line: NodeLine): boolean => line.flags.includes('myself')
/** Flags of a node that is not simply there: unknown, suspected, or lost. */
export const troubleOf = (line: NodeLine): string | undefined =>
  line.flags.find((flag) => ['handshake', 'noaddr', 'fail', 'fail?'].includes(flag))

export function countSlots(ranges: readonly SlotRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0)
}
