import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseManifest, readEntry, readRecall, writeManifest, writeRecall } from '../../../src/release/entry.js'
import type { Build } from '../../../src/release/index.js'
import { useTempDir } from '../support.js'
import { anyText, damaged } from './arbitraries.js'

const temp = useTempDir()
const key = 'redis-8.0.6-libc'
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

/** A right manifest with some of its values replaced by any other, paths that cannot be looked at among them. */
const other = fc.oneof(fc.jsonValue(), anyText, fc.constantFrom('x'.repeat(5000), '/proc/self/mem/x', '.', '/dev/null'))
const changes = fc.dictionary(fc.constantFrom(...Object.keys(right)), other, { maxKeys: 3 })
const text = fc.oneof(
  anyText,
  fc.jsonValue().map((value) => JSON.stringify(value)),
  damaged(JSON.stringify(right)),
  changes.map((changed) => JSON.stringify({ ...right, ...changed })),
  fc.tuple(other, other).map(([server, cli]) => JSON.stringify({ ...right, proof: { server, cli } })),
)

test('any text is a manifest with everything that one has, or none', () => {
  fc.assert(
    fc.property(text, (given) => {
      const manifest = parseManifest(given)
      if (manifest === undefined) return
      expect(['redis', 'valkey']).toContain(manifest.engine)
      for (const field of ['version', 'source', 'server', 'cli'] as const) expect(manifest[field]).toMatch(/[^]/)
      for (const { sizeBytes, modifiedSeconds } of [manifest.proof.server, manifest.proof.cli])
        expect([typeof sizeBytes, typeof modifiedSeconds]).toEqual(['number', 'number'])
    }),
    { numRuns: 500 },
  )
})

test('whatever stands in a manifest or a recall, a build comes of it only if its programs are there as proven', () => {
  const cache = temp('cache')
  mkdirSync(path.join(cache, 'builds', key), { recursive: true })
  mkdirSync(path.join(cache, 'recall'), { recursive: true })
  fc.assert(
    fc.property(text, (given) => {
      writeFileSync(path.join(cache, 'builds', key, 'manifest.json'), given)
      writeFileSync(path.join(cache, 'recall', 'distro-libc.json'), given)
      for (const build of [readEntry(cache, key), readRecall(cache, 'distro-libc')?.build]) {
        if (build) expect(statSync(build.server).size).toBe(parseManifest(given)?.proof.server.sizeBytes)
      }
    }),
    { numRuns: 500 },
  )
})

test('what was written is read back, until a program has another size', () => {
  const cache = temp('cache')
  const bin = path.join(cache, 'builds', key, 'bin')
  const programs = { server: path.join(bin, 'redis-server'), cli: path.join(bin, 'redis-cli') }
  mkdirSync(bin, { recursive: true })
  const words = anyText.filter((given) => given !== '')
  fc.assert(
    fc.property(words, words, fc.nat({ max: 50 }), fc.nat({ max: 50 }), (version, source, was, is) => {
      for (const program of Object.values(programs)) writeFileSync(program, 'x'.repeat(was))
      const build: Build = { engine: 'redis', version, source, ...programs }
      writeManifest(cache, key, build)
      writeRecall(cache, 'distro-libc', { build, reason: source })
      if (was !== is) writeFileSync(programs.server, 'x'.repeat(is))
      const expected = was === is ? build : undefined
      expect(readEntry(cache, key)).toEqual(expected)
      expect(readRecall(cache, 'distro-libc')?.build).toEqual(expected)
    }),
  )
})
