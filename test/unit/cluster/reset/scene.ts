/** Three masters and their replicas as a reset sees them: healthy, except for what a test changes. */
import { planTopology, type NodeLine } from '../../../../src/cluster/index.js'
import type { Present, Sight } from '../../../../src/cluster/verbs/reset/sight.js'
import { idOf } from '../../samples.js'

export const plan = planTopology({ masters: 3, replicas: 1, ports: [6001, 6002, 6003, 6004, 6005, 6006] })
const names = plan.map(({ name }) => name)
export const idOfNode = (name: string): string => idOf(names.indexOf(name))

type Change = Partial<NodeLine>

function lineOf(name: string, viewer: string, changes: Readonly<Record<string, Change>>): NodeLine {
  const node = plan.find((one) => one.name === name)
  if (!node) throw new Error(name)
  const change = changes[name] ?? {}
  const masterId = change.masterId !== undefined ? change.masterId : node.masterName ? idOfNode(node.masterName) : null
  const role = masterId === null ? 'master' : 'slave'
  return {
    id: idOfNode(name),
    host: '127.0.0.1',
    port: node.port,
    heard: true,
    epoch: 1,
    linked: true,
    slots: node.slots && masterId === null ? [node.slots] : [],
    moving: [],
    masterId,
    ...change,
    flags: [...(name === viewer ? ['myself'] : []), role, ...(change.flags ?? [])],
  }
}

export interface Twist {
  /** What everybody sees of a node, itself included. */
  readonly all?: Readonly<Record<string, Change>>
  /** What one of them sees otherwise. */
  readonly only?: Readonly<Record<string, Readonly<Record<string, Change>>>>
  /** By viewer: whom it does not know. */
  readonly unknown?: Readonly<Record<string, readonly string[]>>
  /** By viewer: more lines. */
  readonly more?: Readonly<Record<string, readonly NodeLine[]>>
  readonly instead?: Readonly<Record<string, Sight>>
}

export function sights({ all = {}, only = {}, unknown = {}, more = {}, instead = {} }: Twist = {}): Sight[] {
  return names.map((viewer): Sight => {
    const lines = names
      .filter((name) => !unknown[viewer]?.includes(name))
      .map((name) => lineOf(name, viewer, { ...all, ...only[viewer] }))
    const me = lines.find(({ flags }) => flags.includes('myself')) as NodeLine
    return instead[viewer] ?? { kind: 'there', name: viewer, me, lines: [...lines, ...(more[viewer] ?? [])], ok: true }
  })
}

export const present = (twist: Twist = {}): Present[] => sights(twist).filter((sight) => sight.kind === 'there')

export const stranger = (id: string, change: Change = {}): NodeLine => ({
  ...lineOf('m1', '', {}),
  id,
  port: 7000,
  slots: [],
  ...change,
})
