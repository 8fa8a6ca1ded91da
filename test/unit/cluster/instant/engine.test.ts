import { expect, test } from 'vitest'
import { isVerified, traitsOf } from '../../../../src/cluster/create/instant/engine.js'
import { choose } from '../../../../src/cluster/index.js'
import type { Build } from '../../../../src/release/index.js'

const build = (engine: Build['engine'], version: string): Build => ({
  engine,
  version,
  source: '',
  server: '',
  cli: '',
})

test.each([
  ['redis', '5.0.14'],
  ['redis', '6.0.16'],
  ['redis', '6.2.16'],
  ['redis', '7.0.0'],
  ['redis', '7.0.15'],
  ['redis', '7.2.6'],
  ['redis', '7.4.1'],
  ['redis', '8.0.6'],
  ['redis', '8.6.3'],
  ['valkey', '7.2.7'],
  ['valkey', '8.0.1'],
  ['valkey', '9.1.2'],
] as const)('%s %s is verified', (engine, version) => {
  expect(isVerified({ engine, version })).toBe(true)
  expect(choose(build(engine, version))).toBe('instant')
})

test.each([
  ['redis', '4.0.14'],
  ['redis', '99.0.0'],
  ['redis', '8.2.8'],
  ['redis', '8.4.5'],
  ['redis', '8.8.1'],
  ['redis', '9.1.2'],
  ['valkey', '8.1.9'],
  ['valkey', '9.0.5'],
  ['valkey', '7.0.15'],
  ['valkey', '99.1.0'],
] as const)('%s %s is not, whatever the other engine of that number is', (engine, version) => {
  expect(isVerified({ engine, version })).toBe(false)
  expect(choose(build(engine, version))).toBe('redis-cli')
})

test.each([
  ['redis', '6.0.16', { shardIds: false, connectsAtOnce: false }],
  ['redis', '6.2.14', { shardIds: false, connectsAtOnce: true }],
  ['redis', '7.0.15', { shardIds: false, connectsAtOnce: true }],
  ['redis', '7.2.0', { shardIds: true, connectsAtOnce: true }],
  ['redis', '8.0.6', { shardIds: true, connectsAtOnce: true }],
  ['valkey', '9.1.2', { shardIds: true }],
] as const)('%s %s is known for what it does', (engine, version, traits) => {
  expect(traitsOf({ engine, version })).toMatchObject(traits)
})

test('whatever an engine boots with has a default to be put back to', () => {
  for (const { name, value, fallback } of traitsOf({ engine: 'valkey', version: '9.1.2' }).bootSettings) {
    expect(name).toMatch(/^[a-z-]+$/)
    expect(value).not.toBe(fallback)
  }
})
