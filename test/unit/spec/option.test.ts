import { expect, test } from 'vitest'
import { labShape, defaultOf, flagName, metaOf, readNumber } from '../../../src/spec/index.js'

test.each(Object.keys(labShape))('the option %s says how it is spelled, what it means and what it takes', (key) => {
  const meta = metaOf(labShape, key)
  expect(flagName(meta)).toBe(
    { restart: '--no-restart', redisFor: '--redis-for', modules: '--module' }[key] ?? `--${key}`,
  )
  expect(meta.description).not.toBe('')
  // A switch takes nothing; everything else completes the sentence "--flag takes …".
  expect(meta.expects !== undefined).toBe(meta.flag.includes('<'))
})

test('no two options share a flag or a variable', () => {
  const metas = Object.keys(labShape).map((key) => metaOf(labShape, key))
  const spelled = metas.flatMap((meta) => [flagName(meta), ...(meta.env ? [meta.env] : [])])
  expect(new Set(spelled).size).toBe(spelled.length)
})

test('an option without its meta is a defect, named', () => {
  expect(() => metaOf({}, 'ghost')).toThrow('option ghost was declared without its meta')
})

test.each([
  ['--masters <count>', '--masters'],
  ['-f, --follow', '--follow'],
  ['--dry-run', '--dry-run'],
])('%s is named %s in a sentence', (flag, name) => expect(flagName({ flag, description: '' })).toBe(name))

test.each([
  ['12', 12],
  ['-1', -1],
  ['1.5', '1.5'],
  ['1e3', '1e3'],
  ['', ''],
  ['x', 'x'],
  ['9'.repeat(16), '9'.repeat(16)],
])('%j is read as %j', (text, value) => expect(readNumber(text)).toBe(value))

test('a default is read from the declaration', () => {
  expect(defaultOf(labShape.masters)).toBe(3)
  expect(defaultOf(labShape.redis)).toBeUndefined()
})
