import { expect, test } from 'vitest'
import { until } from '../../../src/util/until.js'
import { thrownBy } from '../support.js'

const pollMs = 1
const soon = () => Date.now() + 5000

test('it asks until there is an answer', async () => {
  let asked = 0
  expect(await until(() => (++asked === 3 ? 'here' : undefined), { deadline: soon(), pollMs })).toBe('here')
  expect(asked).toBe(3)
})

test('false and zero are answers', async () => {
  expect(await until(() => false, { deadline: soon(), pollMs })).toBe(false)
  expect(await until(async () => 0, { deadline: soon(), pollMs })).toBe(0)
})

test('when the time is over there is no answer, but it has asked', async () => {
  let asked = 0
  expect(await until(() => void asked++, { deadline: Date.now(), pollMs })).toBeUndefined()
  expect(asked).toBe(1)
})

test('an abort ends it with its reason, before the next question', async () => {
  const controller = new AbortController()
  let asked = 0
  const ask = () => {
    asked++
    controller.abort('over')
  }
  expect(await thrownBy(() => until(ask, { deadline: soon(), pollMs, signal: controller.signal }))).toBe('over')
  expect(asked).toBe(1)
})

test('what a question throws comes through', async () => {
  const ask = () => Promise.reject(new Error('no'))
  await expect(until(ask, { deadline: soon(), pollMs })).rejects.toThrow('no')
})
