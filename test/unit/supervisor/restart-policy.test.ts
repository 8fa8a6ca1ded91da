import { expect, test } from 'vitest'
import { decideRestart } from '../../../src/supervisor/restart-policy.js'

const now = 1_000_000
const crashes = (count: number, agoMs = 0) => Array.from({ length: count }, () => now - agoMs)

test.each([
  [1, 100],
  [2, 200],
  [3, 400],
  [4, 800],
  [5, 1600],
])('after crash %i within a minute it waits %i ms', (count, delayMs) => {
  expect(decideRestart(crashes(count), now)).toEqual({ kind: 'restart', delayMs })
})

test('the sixth crash within a minute is one too many', () => {
  expect(decideRestart(crashes(6), now)).toEqual({ kind: 'give-up', crashes: 6 })
})

test('crashes that are a minute old are forgotten', () => {
  const old = crashes(50, 60_000)
  expect(decideRestart([...old, now], now)).toEqual({ kind: 'restart', delayMs: 100 })
  expect(decideRestart([...crashes(5, 59_999), now], now)).toEqual({ kind: 'give-up', crashes: 6 })
})
