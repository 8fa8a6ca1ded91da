import { expect, test } from 'vitest'
import { countSlots, planTopology, slotCount, type SlotRange } from '../../../src/cluster/index.js'

const portsFrom = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index)
const plan = (masters: number, replicas: number) =>
  planTopology({ masters, replicas, ports: portsFrom(6001, masters * (1 + replicas)) })
const sharesOf = (masters: number): SlotRange[] => plan(masters, 0).flatMap(({ slots }) => (slots ? [slots] : []))

/** As clusterManagerCommandCreate in redis-cli.c adds them up, in single precision. */
function sharesOfRedisCli(masters: number): SlotRange[] {
  const perNode = Math.fround(slotCount / masters)
  const shares: SlotRange[] = []
  let cursor = 0
  let first = 0
  for (let index = 0; index < masters; index++) {
    const last = index === masters - 1 ? slotCount - 1 : Math.round(Math.fround(Math.fround(cursor + perNode) - 1))
    shares.push([first, last])
    first = last + 1
    cursor = Math.fround(cursor + perNode)
  }
  return shares
}

const numbers = (first: number, last: number) => portsFrom(first, last - first + 1)

test('every slot has one owner, and no master more than one slot more than another, for any number of masters', () => {
  for (const masters of [...numbers(1, 200), 512, 999, 1000]) {
    const shares = sharesOf(masters)
    const sizes = shares.map((share) => countSlots([share]))
    expect(shares[0]?.[0]).toBe(0)
    expect(shares.at(-1)?.[1]).toBe(slotCount - 1)
    expect(shares.slice(1).every(([first], index) => first === (shares[index]?.[1] ?? NaN) + 1)).toBe(true)
    expect(Math.max(...sizes) - Math.min(...sizes), `${masters} masters`).toBeLessThanOrEqual(1)
  }
})

test('the shares are those of redis-cli, up to the number of masters from which it loses precision', () => {
  for (const masters of numbers(1, 77)) expect(sharesOf(masters)).toEqual(sharesOfRedisCli(masters))
  for (const masters of [...numbers(78, 200), 512, 999, 1000]) {
    const theirs = sharesOfRedisCli(masters)
    const off = sharesOf(masters).map(([first], index) => Math.abs(first - (theirs[index]?.[0] ?? NaN)))
    expect(Math.max(...off), `${masters} masters`).toBeLessThanOrEqual(1)
  }
})

test('the usual six nodes', () => {
  expect(plan(3, 1)).toEqual([
    { name: 'm1', port: 6001, busPort: 16001, role: 'master', slots: [0, 5460] },
    { name: 'm2', port: 6002, busPort: 16002, role: 'master', slots: [5461, 10922] },
    { name: 'm3', port: 6003, busPort: 16003, role: 'master', slots: [10923, 16383] },
    { name: 'r1', port: 6004, busPort: 16004, role: 'replica', masterName: 'm1' },
    { name: 'r2', port: 6005, busPort: 16005, role: 'replica', masterName: 'm2' },
    { name: 'r3', port: 6006, busPort: 16006, role: 'replica', masterName: 'm3' },
  ])
})

test.each([
  [1, 0],
  [1, 3],
  [3, 2],
  [5, 1],
  [2, 100],
])('%i masters with %i replicas each get as many, and every node its own name and port', (masters, replicas) => {
  const nodes = plan(masters, replicas)
  expect(nodes).toHaveLength(masters * (1 + replicas))
  expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length)
  expect(new Set(nodes.map(({ port }) => port)).size).toBe(nodes.length)
  for (const { name, role } of nodes.slice(0, masters)) {
    expect(role).toBe('master')
    expect(nodes.filter((node) => node.masterName === name)).toHaveLength(replicas)
  }
})
