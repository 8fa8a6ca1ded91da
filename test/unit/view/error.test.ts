import { expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import { printError } from '../../../src/view/index.js'
import { captureOutput } from './output.js'

const output = captureOutput()
const cause = new Error('the cause')
const error = new LabError(
  { code: 'not-ready', message: 'it took too long', hint: 'Give it more time.', details: ['m1: silent', 'm2: silent'] },
  { cause },
)

test('an error is a sentence, its evidence and its hint, on stderr', () => {
  printError(error, { json: false, verbose: false })
  expect(output).toEqual({
    stdout: '',
    stderr: 'redis-lab: it took too long\n  m1: silent\n  m2: silent\nGive it more time.\n',
  })
})

test('an error without hint and details is one line', () => {
  printError(new LabError({ code: 'internal', message: 'x' }), { json: false, verbose: false })
  expect(output.stderr).toBe('redis-lab: x\n')
})

test('with --json stdout carries exactly one document, the error', () => {
  printError(error, { json: true, verbose: false })
  expect(JSON.parse(output.stdout)).toEqual({
    error: {
      code: 'not-ready',
      message: 'it took too long',
      hint: 'Give it more time.',
      details: ['m1: silent', 'm2: silent'],
    },
  })
  expect(output.stderr).toContain('redis-lab: it took too long')
})

test('the stack, and that of the cause, comes with --verbose only', () => {
  printError(error, { json: false, verbose: true })
  expect(output.stderr).toContain(`LabError: it took too long\n    at `)
  expect(output.stderr).toContain('Error: the cause\n    at ')
})
