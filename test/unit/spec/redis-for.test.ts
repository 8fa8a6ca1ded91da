import { expect, test } from 'vitest'
import { resolveLab, type LabOptions } from '../../../src/spec/index.js'

const releases = (redisFor: LabOptions['redisFor'], more: LabOptions = {}) =>
  resolveLab({ ...more, redisFor }, {}).spec.redisFor

test('a release of its own is said for each node, as a list or by the names', () => {
  const expected = { r1: 'valkey@distro:sid', m2: './a=b.tar.gz' }
  expect(releases(['r1=valkey@distro:sid', 'm2=./a=b.tar.gz'])).toEqual(expected)
  expect(releases(expected)).toEqual(expected)
  expect(releases(undefined)).toEqual({})
})

test.each([
  [['8.0.6'], `--redis-for "8.0.6": takes NODE=RELEASE, such as r1=8.0.6`],
  [['x1=8.0.6'], '"x1" is no node of a plan: masters are m1, m2 …, replicas r1, r2 …'],
  [['m0=8.0.6'], '"m0" is no node of a plan'],
  [['r1=8.0.6', 'r1=8.0.2'], 'r1 is said twice'],
  [['r1='], 'the release of r1 must be a single line'],
  [['r1=https://a.test/x.tar.gz'], 'an address needs its --sha256, which belongs to --redis alone'],
  [['r4=8.0.6'], '--redis-for r4: the lab has no such node, only m1 to m3 and r1 to r3'],
] as const)('%j is bad input', (said, sentence) => {
  expect(() => releases([...said])).toThrow(sentence)
})

test('which nodes there are is a matter of the lab', () => {
  expect(releases(['r4=8.0.6'], { replicas: 2 })).toEqual({ r4: '8.0.6' })
  expect(() => releases(['r1=8.0.6'], { replicas: 0 })).toThrow('only m1 to m3')
  // How many a snapshot has is not known yet.
  expect(releases(['r9=8.0.6'], { from: './seed' })).toEqual({ r9: '8.0.6' })
})
