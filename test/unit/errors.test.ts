import { expect, test } from 'vitest'
import { LabError, unreachable, type ErrorData } from '../../src/errors.js'

const whole: ErrorData = { code: 'not-ready', message: 'too slow', hint: 'wait longer', details: ['m1: silent'] }

test.each([
  ['bad-input', 2],
  ['port-taken', 2],
  ['lab-differs', 2],
  ['lab-not-found', 2],
  ['node-not-found', 2],
  ['release-unknown', 2],
  ['not-ready', 1],
  ['node-failed', 1],
  ['internal', 1],
  ['interrupted', 130],
] as const)('a command that fails with %s exits with %i', (code, exitCode) => {
  expect(new LabError({ code, message: '' }).exitCode).toBe(exitCode)
})

test('an error comes back from JSON as it went in', () => {
  const back = new LabError(JSON.parse(JSON.stringify(new LabError(whole))) as ErrorData)
  expect(back).toBeInstanceOf(Error)
  expect({ ...back.toJSON(), name: back.name }).toEqual({ ...whole, name: 'LabError' })
})

test('an error without hint and details has no hint and no details', () => {
  const { hint, details } = new LabError({ code: 'internal', message: 'x' })
  expect({ hint, details }).toEqual({ hint: undefined, details: [] })
  expect(JSON.stringify(new LabError({ code: 'internal', message: 'x' }))).toBe(
    '{"code":"internal","message":"x","details":[]}',
  )
})

test('a LabError stays the one it is', () => {
  const error = new LabError(whole)
  expect(LabError.from(error)).toBe(error)
})

test.each([
  [new TypeError('x is not a function'), 'x is not a function'],
  ['a text', 'a text'],
  [undefined, 'undefined'],
])('what nobody foresaw is internal, keeps its cause and asks for a report', (thrown, message) => {
  const error = LabError.from(thrown)
  expect(error).toMatchObject({ code: 'internal', message, cause: thrown })
  expect(error.hint).toContain('report')
})

test('a case that cannot be is named when it happens all the same', () => {
  expect(() => unreachable({ type: 'new' } as never)).toThrow('unreachable: {"type":"new"}')
})

test('a write that fails for want of room is a matter of storage, and says what to do', () => {
  const words = 'ENOSPC: no space left on device, write'
  const error = LabError.from(Object.assign(new Error(words), { code: 'ENOSPC', syscall: 'write' }))
  expect(error).toMatchObject({ code: 'storage', message: `a folder cannot be used: ${words}` })
  expect(error.hint).toMatch(/^The disk is full: make room/)
})
