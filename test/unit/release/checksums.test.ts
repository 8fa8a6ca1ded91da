import { expect, test } from 'vitest'
import { checksums, defaultVersion } from '../../../src/release/checksums.js'
import { compareVersions, isVersion } from '../../../src/release/version.js'

test('every known release has three numbers and a sha256 of its own', () => {
  const versions = Object.values(checksums).flatMap((sums) => Object.keys(sums))
  const all = Object.values(checksums).flatMap((sums) => Object.values(sums))
  expect(versions.filter((version) => !isVersion(version))).toEqual([])
  expect(all.filter((sum) => !/^[0-9a-f]{64}$/.test(sum))).toEqual([])
  expect(new Set(all).size).toBe(all.length)
})

test.each(['redis', 'valkey'] as const)('the table of %s is in order, so that a missing release is seen', (engine) => {
  const versions = Object.keys(checksums[engine])
  expect([...versions].sort(compareVersions)).toEqual(versions)
})

test('the default version can be verified', () => {
  expect(checksums.redis).toHaveProperty([defaultVersion])
})
