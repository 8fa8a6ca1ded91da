import { expect, test } from 'vitest'
import { checksums, defaultVersion } from '../../../src/release/checksums.js'
import { compareVersions, isVersion } from '../../../src/release/version.js'

test('every known release has three numbers and a sha256 of its own', () => {
  const sums = Object.values(checksums)
  expect(Object.keys(checksums).filter((version) => !isVersion(version))).toEqual([])
  expect(sums.filter((sum) => !/^[0-9a-f]{64}$/.test(sum))).toEqual([])
  expect(new Set(sums).size).toBe(sums.length)
})

test('the table is in order, so that a missing release is seen', () => {
  const versions = Object.keys(checksums)
  expect([...versions].sort(compareVersions)).toEqual(versions)
})

test('the default version can be verified', () => {
  expect(checksums).toHaveProperty([defaultVersion])
})
