import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findFreePorts } from '../../../src/node/index.js'
import { busPortOf, lastDataPort, resolveLab, type LabOptions } from '../../../src/spec/index.js'

test('a block of free ports is in a row, with bus ports of its own, and below what the system hands out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (count) => {
      const block = await findFreePorts(count)
      const [first = 0] = block
      expect(block).toEqual(Array.from({ length: count }, (_, index) => first + index))
      const all = [...block, ...block.map(busPortOf)]
      expect(new Set(all).size).toBe(2 * count)
      expect(Math.min(...all)).toBeGreaterThan(6006)
      expect(Math.max(...all)).toBeLessThan(32_768)
    }),
    { numRuns: 30 },
  )
})

test('whatever ports a spec leads to, all can be bound, and no node has the bus port of another', () => {
  const options = fc.record({
    masters: fc.integer({ min: 1, max: 1000 }),
    replicas: fc.integer({ min: 0, max: 100 }),
    port: fc.integer({ min: 1, max: 65_535 }),
  })
  fc.assert(
    fc.property(options, (given: LabOptions) => {
      const { masters, replicas, port } = given as { masters: number; replicas: number; port: number }
      const count = masters * (1 + replicas)
      const ports = Array.from({ length: count }, (_, index) => port + index)
      const buses = new Set(ports.map(busPortOf))
      const isPossible = count <= 1000 && ports.every((one) => one <= lastDataPort)
      expect(isAccepted(given)).toBe(isPossible)
      if (isPossible) expect(ports.some((one) => buses.has(one) || busPortOf(one) > 65_535)).toBe(false)
    }),
    { numRuns: 300 },
  )
})

function isAccepted(options: LabOptions): boolean {
  try {
    resolveLab(options, {})
    return true
  } catch {
    return false
  }
}
