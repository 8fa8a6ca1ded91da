import process from 'node:process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TimedEvent } from '../../../src/events.js'
import { guarded, Listeners } from '../../../src/lab/listeners.js'

const event = { at: '2025-01-02T03:04:05.678Z', type: 'lab-stopped' } as const satisfies TimedEvent

let warnings: Error[] = []
const onWarning = (warning: Error) => {
  if (warning.name === 'RedisLabWarning') warnings.push(warning)
}
beforeEach(() => {
  warnings = []
  process.on('warning', onWarning)
})
afterEach(() => void process.off('warning', onWarning))
/** Microtasks are over, and warnings, which come with the next tick, are out. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a listener that throws is a warning, once, and the others hear of everything', async () => {
  const listeners = new Listeners()
  const heard: string[] = []
  listeners.add('*', () => {
    throw new Error('mine')
  })
  listeners.add('lab-stopped', ({ type }) => heard.push(type))
  listeners.tell(event)
  listeners.tell(event)
  await settled()
  expect(heard).toEqual(['lab-stopped', 'lab-stopped'])
  expect(warnings.map(({ message }) => message)).toEqual(['a listener to "*" threw: mine'])
})

test('a listener whose promise rejects is a warning, too', async () => {
  const listeners = new Listeners()
  listeners.add('lab-stopped', async () => {
    throw new Error('later')
  })
  listeners.tell(event)
  await settled()
  expect(warnings.map(({ message }) => message)).toEqual(['a listener to "lab-stopped" threw: later'])
})

test('no listener runs within the work that reports an event', async () => {
  const listeners = new Listeners()
  const order: string[] = []
  listeners.add('*', () => order.push('heard'))
  listeners.tell(event)
  order.push('reported')
  await settled()
  expect(order).toEqual(['reported', 'heard'])
})

test('of two equal listeners each is called, and each is ended on its own', async () => {
  const listeners = new Listeners()
  let calls = 0
  const listener = () => void calls++
  const first = listeners.add('*', listener)
  listeners.add('*', listener)
  listeners.tell(event)
  await settled()
  expect(calls).toBe(2)
  first()
  first()
  expect(listeners.count).toBe(1)
  listeners.tell(event)
  await settled()
  expect(calls).toBe(3)
})

test('nothing is delivered to a listener that was ended, not even what had happened before', async () => {
  const listeners = new Listeners()
  const heard: TimedEvent[] = []
  const end = listeners.add('*', (one) => heard.push(one))
  listeners.tell(event)
  end()
  await settled()
  expect(heard).toEqual([])
})

test('what is thrown need not be an error', async () => {
  guarded(() => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw 'a text'
  }, 'onEvent')(event)
  await settled()
  expect(warnings.map(({ message }) => message)).toEqual(['onEvent threw: a text'])
})
