import { expect, test } from 'vitest'
import { readSourceVersion } from '../../../src/release/programs.js'
import { compareVersions, isAlias, nearestVersions, newestOf } from '../../../src/release/version.js'

const known = ['7.0.9', '7.0.15', '7.2.0', '8.0.5', '8.0.6', '10.0.0']

test('versions are compared as numbers, part by part', () => {
  expect([...known].reverse().sort(compareVersions)).toEqual(known)
})

test('an unknown version is answered with the newest of its line and its neighbours', () => {
  expect(nearestVersions('7.0.12', known)).toEqual(['7.0.15', '7.0.9'])
  expect(nearestVersions('8.0.99', known)).toEqual(['8.0.6', '10.0.0'])
})

test('half a version is answered with the newest that begins like it', () => {
  expect(nearestVersions('7', known)).toEqual(['7.2.0'])
  expect(nearestVersions('7.0', known)).toEqual(['7.0.15'])
})

test('a version like no other is answered with a real one all the same', () => {
  expect(nearestVersions('99', known)).toEqual(['10.0.0'])
  expect(nearestVersions('99.1.1', known)).toEqual(['10.0.0'])
})

test('sources of Valkey are not taken for the Redis that they are compatible with', () => {
  const valkey = '#define VALKEY_VERSION "9.1.2"\n#define REDIS_VERSION "7.2.4"\n'
  expect(readSourceVersion(valkey)).toEqual({ engine: 'valkey', version: '9.1.2' })
  expect(readSourceVersion('#define REDIS_VERSION "5.0.5"\n')).toEqual({ engine: 'redis', version: '5.0.5' })
  expect(readSourceVersion('int main() {}')).toBeUndefined()
})

test.each([
  ['latest', '10.0.0'],
  ['7', '7.2.0'],
  ['7.0', '7.0.15'],
  ['1', undefined],
  ['70', undefined],
  ['8.', undefined],
])('the newest of %j is %s', (alias, version) => expect(newestOf(alias, known)).toBe(version))

test.each(['latest', '8', '8.0', '10.22'])('%s stands for the newest of its kind', (text) =>
  expect(isAlias(text)).toBe(true),
)
test.each(['8.0.6', 'v8', '8.', '.8', '', 'newest', '8.x'])('%j does not', (text) => expect(isAlias(text)).toBe(false))
