import { expect, test } from 'vitest'
import { commands } from '../../../src/cli/commands.js'
import { logsShape } from '../../../src/cli/shapes.js'
import { resolveOptions } from '../../../src/cli/options.js'
import { defaultOf, flagName, metaOf } from '../../../src/spec/index.js'

test("a command's options are what was said, then the environment, then the defaults", () => {
  const env = { REDIS_LAB_NAME: 'from-env' }
  expect(resolveOptions(logsShape, { said: { tail: 3 }, env })).toEqual({
    name: 'from-env',
    follow: false,
    tail: 3,
    events: false,
  })
  expect(resolveOptions(logsShape, { said: { name: 'x' }, env }).name).toBe('x')
})

test('--verbose is for whoever prints errors, not for the command', () => {
  expect(resolveOptions(logsShape, { said: { verbose: true }, env: {} })).not.toHaveProperty('verbose')
})

test('a bad value is refused in a sentence', () => {
  expect(() => resolveOptions(logsShape, { said: { tail: -1 }, env: {} })).toThrow(
    '--tail takes a whole number from 0 to 1000000, not -1',
  )
})

/** A flag gives one of several. */
const spoken = (key: string) => (key === 'modules' ? 'module' : key)

test.each(commands.map(({ name, shape }) => [name, shape] as const))('every option of %s is described', (_, shape) => {
  for (const key of Object.keys(shape)) {
    const meta = metaOf(shape, key)
    // A switch that is on unless it is said is spelled with what turns it off.
    const word = spoken(key).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    expect(flagName(meta)).toBe(shape[key] && defaultOf(shape[key]) === true ? `--no-${word}` : `--${word}`)
    expect(meta.description).not.toBe('')
    expect(meta.expects !== undefined).toBe(meta.flag.includes('<'))
  }
})
