import { expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import {
  callOptions,
  ownOptions,
  readIndex,
  readOptions,
  readText,
  readWord,
  requireFunction,
} from '../../../src/spec/index.js'

const { timeout, restart, signal, onEvent } = callOptions
const shape = { timeout, restart, signal, onEvent }

function problem(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(LabError)
    const { code, message, details } = error as LabError
    expect(code).toBe('bad-input')
    return details.length > 0 ? details.join('\n') : message
  }
  throw new Error('nothing was thrown')
}
const read = (given: unknown) => readOptions('lab.kill()', shape, given)

test('defaults are filled in, and undefined is not given', () => {
  expect(read(undefined)).toEqual({ timeout: 60_000, restart: true })
  expect(read({})).toEqual({ timeout: 60_000, restart: true })
  expect(read({ timeout: '5s', restart: false, signal: undefined })).toEqual({ timeout: 5000, restart: false })
  expect(read(Object.assign(Object.create(null), { timeout: 5 }) as object)).toMatchObject({ timeout: 5 })
})

test.each([[3], ['x'], [null], [[]], [true], [() => {}], [Symbol('s')], [5n]])(
  'options that are %s are refused',
  (given) => expect(problem(() => read(given))).toMatch(/^lab\.kill\(\) takes an object of options, not /),
)

test('inherited options are refused, not taken and not passed over', () => {
  expect(problem(() => read(Object.create({ restart: false })))).toBe(
    `lab.kill(): the option "restart" is inherited; pass it as the object's own`,
  )
})

test('an unknown option comes with the one that was meant', () => {
  expect(problem(() => read({ timout: 5 }))).toBe(`lab.kill(): there is no option "timout"; did you mean "timeout"?`)
  expect(problem(() => read({ colour: 5 }))).toBe(`lab.kill(): there is no option "colour"`)
})

test('each wrong value is named with its option', () => {
  expect(problem(() => read({ timeout: 'soon', restart: 1, signal: {}, onEvent: 'x' }))).toBe(
    [
      'lab.kill(): timeout takes a time such as 90s or 2m, at most a day, not "soon"',
      'lab.kill(): restart takes true or false, not 1',
      'lab.kill(): signal takes an AbortSignal, not {}',
      'lab.kill(): onEvent takes a function, not "x"',
    ].join('\n'),
  )
})

test('a signal of another realm is one', () => {
  const { signal: own } = new AbortController()
  const foreign = { aborted: false, addEventListener: () => {}, throwIfAborted: () => {} }
  expect(read({ signal: own }).signal).toBe(own)
  expect(read({ signal: foreign }).signal).toBe(foreign)
})

test('arguments that are no options', () => {
  expect(readText('lab.slotOf()', 'a key', 'x')).toBe('x')
  expect(problem(() => readText('lab.slotOf()', 'a key', 123))).toBe('lab.slotOf() takes a key, not 123')
  expect(readWord('lab.waitFor()', 'a level', ['ok', 'full'], 'ok')).toBe('ok')
  expect(problem(() => readWord('lab.waitFor()', 'a level', ['ok', 'full'], 'ful'))).toBe(
    'lab.waitFor() takes a level, not "ful"; did you mean "full"?',
  )
  expect(readIndex('lab.master()', 0)).toBe(0)
  for (const index of [-1, 0.5, NaN, '0', null])
    expect(problem(() => readIndex('lab.master()', index))).toMatch(/index/)
  requireFunction('lab.on()', 'a function', () => {})
  expect(problem(() => requireFunction('lab.on()', 'a function', undefined))).toMatch(/^lab\.on\(\) takes a function/)
})

test('an instance of a class is no object of options: its accessors would be lost silently', () => {
  class Options {
    get masters() {
      return 1
    }
  }
  expect(() => ownOptions('startLab()', new Options())).toThrow('startLab() takes a plain object of options')
  expect(ownOptions('startLab()', Object.assign(Object.create(null) as object, { masters: 1 }))).toEqual({ masters: 1 })
})
