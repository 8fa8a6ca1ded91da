import { expect, test } from 'vitest'
import { parseManifest, sameFile } from '../../../src/release/entry.js'
import { isTlsKey } from '../../../src/release/flavour.js'

const proof = { sizeBytes: 10, modifiedSeconds: 20 }
const right = {
  format: 1,
  engine: 'redis',
  version: '8.0.6',
  source: 's',
  server: 'a',
  cli: 'b',
  proof: { server: proof, cli: proof },
}

test('a right manifest is read', () => {
  expect(parseManifest(JSON.stringify(right))).toEqual(right)
})

test.each([
  ['nothing', undefined],
  ['half a file', JSON.stringify(right).slice(0, 60)],
  ['another kind of JSON', 'null'],
  ['another format', JSON.stringify({ ...right, format: 2 })],
  ['another engine', JSON.stringify({ ...right, engine: 'keydb' })],
  ['no version', JSON.stringify({ ...right, version: undefined })],
  ['no server', JSON.stringify({ ...right, server: '' })],
  ['no proof', JSON.stringify({ ...right, proof: undefined })],
  ['half a proof', JSON.stringify({ ...right, proof: { server: proof } })],
  ['a proof without sizes', JSON.stringify({ ...right, proof: { server: proof, cli: {} } })],
])('%s is no manifest', (_what, text) => {
  expect(parseManifest(text)).toBeUndefined()
})

test('a program of another size or time, or none at all, is not the one that was proven', () => {
  expect(sameFile(proof, proof)).toBe(true)
  expect(sameFile({ ...proof, sizeBytes: 9 }, proof)).toBe(false)
  expect(sameFile({ ...proof, modifiedSeconds: 21 }, proof)).toBe(false)
  expect(sameFile(undefined, proof)).toBe(false)
})

test.each([
  ['redis-8.0.6-libc', false],
  ['redis-8.0.6-libc-tls', true],
  ['local-0123456789abcdef-jemalloc-tls', true],
  ['redis-8.0.6-tls-libc', false],
])('the key %s says whether it was built with TLS: %s', (key, tls) => expect(isTlsKey(key)).toBe(tls))
