import { expect, test } from 'vitest'
import { commandFor, nameFlag } from '../../../src/spec/index.js'

test('the default lab needs no flag', () => {
  expect(nameFlag('default')).toBe('')
  expect(nameFlag('x')).toBe(' --name x')
})

test('a command that a hint names is about the lab that the hint is about', () => {
  expect(commandFor('default', 'start', 'm1')).toBe('redis-lab start m1')
  expect(commandFor('x', 'down', '--purge')).toBe('redis-lab down --name x --purge')
})
