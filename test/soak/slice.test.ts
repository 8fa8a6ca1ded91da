/** A slice of `npm run soak`: the same code, a fixed seed, and cycles that cover each scenario and the faults of operations. */
import process from 'node:process'
import { expect, inject, test } from 'vitest'
import { runCycle } from './cycle.js'
import { evidence } from './report.js'

const seed = 6
const cycles: readonly [scenario: string, number: number][] = [
  ['lab-under-writes', 40],
  ['lab-under-writes', 67],
  ['lab-under-writes', 83],
  ['lab-under-writes', 94],
  ['lab-under-writes', 118],
  ['callers', 10],
  ['callers', 5],
  ['ctrl-c', 11],
  ['builders', 3],
  ['parallel', 2],
  ['races', 13],
]

test.each(cycles)('soak: %s, cycle %i, leaves nothing behind and loses nothing', async (only, number) => {
  const world = {
    build: inject('build'),
    cacheDir: inject('cacheDir'),
    redis: process.env['REDIS_LAB_REDIS'] || undefined,
    fresh: new Map(),
  }
  const result = await runCycle({ seed, number, only, world, signal: new AbortController().signal })
  expect(evidence(result, { seed, only })).toBe('')
  expect(result.tally).toMatchObject({ cycles: 1, violations: { leak: 0, loss: 0, failure: 0 } })
})
