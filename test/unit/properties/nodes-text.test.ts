import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countSlots, parseNodes, planTopology, type NodeLine } from '../../../src/cluster/index.js'
import { anyText, damaged, hexId } from './arbitraries.js'

const slotCount = 16_384
const slot = fc.nat({ max: slotCount - 1 })
const range = fc.tuple(slot, slot).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)])

/** A line as any version writes it, beside what it says. */
const line = fc
  .record({
    id: hexId,
    host: fc.constantFrom('127.0.0.1', '', '::1'),
    port: fc.nat({ max: 65_535 }),
    tail: fc.constantFrom('', '@16001', '@16001,', '@16001,node-1.example', '@16001,,tls-port=0'),
    shardId: fc.option(hexId, { nil: undefined }),
    flags: fc.subarray(['myself', 'master', 'slave', 'fail?', 'fail', 'handshake', 'noaddr', 'nofailover'], {
      minLength: 1,
    }),
    masterId: fc.option(hexId),
    heard: fc.boolean(),
    epoch: fc.nat(),
    linked: fc.boolean(),
    slots: fc.array(range, { maxLength: 5 }),
    moving: fc.array(
      fc.tuple(slot, fc.constantFrom('>', '<'), hexId).map(([at, way, id]) => `[${at}-${way}-${id}]`),
      { maxLength: 2 },
    ),
  })
  .map(({ host, tail, shardId, ...facts }) => {
    const shard = shardId === undefined ? '' : `${tail.includes(',') ? tail : `${tail},`},shard-id=${shardId}`
    const slots = facts.slots.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
    const words = [
      facts.id,
      `${host}:${facts.port}${shardId === undefined ? tail : shard}`,
      facts.flags.join(','),
      facts.masterId ?? '-',
      '0',
      facts.heard ? '1700000000000' : '0',
      facts.epoch,
      facts.linked ? 'connected' : 'disconnected',
      ...slots,
      ...facts.moving,
    ]
    const optional = { ...(shardId !== undefined && { shardId }), ...(hasBus(words[1]) && { busPort: 16_001 }) }
    return { text: words.join(' '), facts: { host, ...facts, ...optional } }
  })
const hasBus = (address: unknown): boolean => String(address).includes('@16001')
const lines = fc.array(line, { minLength: 1, maxLength: 6 })

test('what any version writes is read as it was meant, with either line end and the variables of a nodes.conf', () => {
  fc.assert(
    fc.property(lines, fc.constantFrom('\n', '\r\n'), (given, end) => {
      const text = [...given.map((one) => one.text), 'vars currentEpoch 6 lastVoteEpoch 0', ''].join(end)
      expect(parseNodes(text)).toEqual(given.map((one) => one.facts))
    }),
    { numRuns: 300 },
  )
})

/** Whatever was read can be used without a second look: loops over slots end, sums are sums, ports can be called. */
function expectSound(nodes: readonly NodeLine[]): void {
  for (const node of nodes) {
    expect(node.id).toMatch(/^[0-9a-f]{40}$/)
    expect(node.port).toBeLessThanOrEqual(65_535)
    if (node.masterId !== null) expect(node.masterId).toMatch(/^[0-9a-f]{40}$/)
    expect(node.flags.every((flag) => /^[a-z?]+$/.test(flag))).toBe(true)
    for (const [first, last] of node.slots) expect(0 <= first && first <= last && last < slotCount).toBe(true)
    expect(countSlots(node.slots)).toBeGreaterThanOrEqual(0)
  }
}

/** The nodes, or undefined after an error that shows where. */
function attempt(text: string): NodeLine[] | undefined {
  try {
    return parseNodes(text)
  } catch (error) {
    expect(String(error)).toMatch(/^Error: not a (line of CLUSTER NODES|range of slots): "/)
    return undefined
  }
}

test('a text that was damaged anywhere gives nodes that can be relied on, or an error that shows the line', () => {
  const text = lines.chain((given) => damaged(given.map((one) => one.text).join('\n')))
  fc.assert(
    fc.property(fc.oneof(text, anyText), (given) => expectSound(attempt(given) ?? [])),
    { numRuns: 500 },
  )
})

test('a line that was cut short before its end is none', () => {
  fc.assert(
    fc.property(line, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), ({ text }, share) => {
      // After its link a line may end at any slot; up to there every part has to be there.
      const needed = /^.*connected/.exec(text)?.[0] ?? ''
      const cut = needed.slice(0, Math.floor(needed.length * share))
      fc.pre(cut !== '')
      expect(attempt(cut)).toBeUndefined()
    }),
    { numRuns: 300 },
  )
})

test('numbers that are no slots, and no ports, are refused', () => {
  const number = fc.oneof(fc.nat({ max: 20_000 }), fc.nat({ max: 99_999 }), fc.maxSafeNat(), fc.bigInt({ min: 0n }))
  const id = 'a'.repeat(40)
  fc.assert(
    fc.property(number, number, (first, last) => {
      const isRange = BigInt(first) <= BigInt(last) && last < slotCount
      const port = attempt(`${id} 127.0.0.1:${first} master - 0 0 1 connected`)?.[0]?.port
      expect(port).toBe(first <= 65_535 ? Number(first) : undefined)
      const nodes = attempt(`${id} 127.0.0.1:1@2 master - 0 0 1 connected ${first}-${last}`)
      expect(nodes?.[0]?.slots).toEqual(isRange ? [[Number(first), Number(last)]] : undefined)
    }),
    { numRuns: 500 },
  )
})

test('a plan gives each slot to one master, each replica to a master that is there, and uses every port once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 4 }), (masters, replicas) => {
      const ports = Array.from({ length: masters * (1 + replicas) }, (_, index) => 7000 + index)
      const plan = planTopology({ masters, replicas, ports })
      const ranges = plan.flatMap((node) => (node.slots ? [node.slots] : []))
      expect(plan.map((node) => node.port)).toEqual(ports)
      expect(ranges.map(([first]) => first)).toEqual([0, ...ranges.slice(0, -1).map(([, last]) => last + 1)])
      expect(ranges.at(-1)?.[1]).toBe(slotCount - 1)
      const names = new Set(plan.filter((node) => node.role === 'master').map((node) => node.name))
      const followed = plan.flatMap((node) => (node.role === 'replica' ? [node.masterName ?? ''] : []))
      expect([names.size, new Set(plan.map((node) => node.name)).size]).toEqual([masters, plan.length])
      for (const name of names) expect(followed.filter((other) => other === name)).toHaveLength(replicas)
      expect(followed.every((name) => names.has(name))).toBe(true)
    }),
  )
})
