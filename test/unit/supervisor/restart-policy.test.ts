import { expect, test } from 'vitest'
import { decideRestart, type CrashFacts } from '../../../src/supervisor/restart-policy.js'

const now = 1_000_000
const crashes = (count: number, hadListened: boolean, agoMs = 0): CrashFacts[] =>
  Array.from({ length: count }, () => ({ atMs: now - agoMs, hadListened }))

test.each([
  [1, 0],
  [2, 100],
  [3, 200],
  [4, 400],
  [8, 6400],
  [9, 10_000],
  [11, 10_000],
])('after crash %i within a minute, of a server that came up each time, it waits %i ms', (count, delayMs) => {
  expect(decideRestart(crashes(count, true), now)).toEqual({ kind: 'restart', delayMs })
})

test('a server that came up is given up after its twelfth crash within a minute', () => {
  expect(decideRestart(crashes(12, true), now)).toEqual({ kind: 'give-up', crashes: 12 })
})

test('a server that does not even come up is given up after the fifth time in a row', () => {
  expect(decideRestart([...crashes(1, true), ...crashes(4, false)], now)).toMatchObject({ kind: 'restart' })
  expect(decideRestart([...crashes(1, true), ...crashes(5, false)], now)).toEqual({ kind: 'give-up', crashes: 6 })
})

test('having come up once ends the row', () => {
  const facts = [...crashes(4, false), ...crashes(1, true), ...crashes(4, false)]
  expect(decideRestart(facts, now)).toMatchObject({ kind: 'restart' })
})

test('crashes that are a minute old are forgotten', () => {
  const old = crashes(50, true, 60_000)
  expect(decideRestart([...old, ...crashes(1, true)], now)).toEqual({ kind: 'restart', delayMs: 0 })
})
