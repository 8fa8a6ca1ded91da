import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import { checksums } from '../../../src/release/checksums.js'
import { readRequest } from '../../../src/release/request.js'
import { compareVersions, isVersion, nearestVersions } from '../../../src/release/version.js'
import { isAddress } from '../../../src/spec/index.js'
import { anyText } from './arbitraries.js'

const known = Object.keys(checksums.redis)
const part = fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 99_999 }))
const version = fc.tuple(part, part, part).map((parts) => parts.join('.'))
const wish = fc.oneof(
  version,
  anyText,
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '8.0',
    '8',
    'latest',
    'redis@8.0',
    'valkey@9.1',
    'distro:sid',
    'https://a.test/x.tar.gz',
    'v8.0.6',
    '08.0.6',
    '8.0.6\n',
    ' 8.0.6',
    '/'.repeat(5000),
  ),
  fc.constantFrom('./', '/', '~/', '~').chain((start) => anyText.map((rest) => start + rest)),
  fc.nat({ max: 300 }).map((length) => `./${'n'.repeat(length)}`),
)

test('a wish is a release that can be verified, something that is there, or one error that says what there is', () => {
  fc.assert(
    fc.property(wish, (text) => {
      try {
        const wanted = readRequest(text, { env: { HOME: '/nowhere' }, known: checksums })
        if (wanted.kind === 'official') {
          const whole = wanted.alias === undefined
          if (whole) expect(text.replace(/^(redis|valkey)@/, '')).toBe(wanted.version)
          else if (wanted.alias !== 'latest') expect(wanted.version.startsWith(`${wanted.alias}.`)).toBe(true)
          expect(checksums[wanted.engine][wanted.version]).toMatch(/^[0-9a-f]{64}$/)
        } else if (isVersion(text)) expect.fail(`${text} became ${wanted.kind}`)
      } catch (error) {
        if (!(error instanceof LabError)) throw error
        const code = isAddress(text) ? 'bad-input' : 'release-unknown'
        expect(error).toMatchObject({ code, hint: expect.stringMatching(/./) as unknown })
        expect(known).not.toContain(text)
      }
    }),
    { numRuns: 500 },
  )
})

test('every version of the table is one that can be wished for', () => {
  for (const version of known)
    expect(readRequest(version, { env: {}, known: checksums })).toEqual({ kind: 'official', engine: 'redis', version })
  for (const version of Object.keys(checksums.valkey)) {
    const wanted = { kind: 'official', engine: 'valkey', version }
    expect(readRequest(`valkey@${version}`, { env: {}, known: checksums })).toEqual(wanted)
  }
})

test('what is offered instead of an unknown version is known, and nothing known lies nearer', () => {
  fc.assert(
    fc.property(version, (wanted) => {
      fc.pre(!known.includes(wanted))
      const offered = nearestVersions(wanted, known)
      expect(offered.length).toBeGreaterThan(0)
      expect(offered.filter((one) => !known.includes(one))).toEqual([])
      const older = known.filter((one) => compareVersions(one, wanted) < 0)
      const newer = known.filter((one) => compareVersions(one, wanted) > 0)
      for (const nearest of [older.at(-1), newer[0]]) if (nearest !== undefined) expect(offered).toContain(nearest)
    }),
    { numRuns: 300 },
  )
})

test('versions are in one order', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)))
      expect(compareVersions(a, b) === 0).toBe(a === b)
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
    }),
    { numRuns: 300 },
  )
})
