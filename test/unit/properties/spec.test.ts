import path from 'node:path'
import fc from 'fast-check'
import ms, { type StringValue } from 'ms'
import { expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import {
  flagName,
  labShape,
  metaOf,
  parseModule,
  parseOptions,
  resolveLab,
  type LabSpec,
} from '../../../src/spec/index.js'
import { anyText, anyValue } from './arbitraries.js'

const keys = Object.keys(labShape) as (keyof LabSpec)[]
const flagOf = (key: string) => flagName(metaOf(labShape, key))

/** The spec, or the sentences about what is wrong with it. Anything else that is thrown fails the test. */
function resolved(
  options: object,
  env: Record<string, string> = {},
): { spec: LabSpec } | { problems: readonly string[] } {
  try {
    return { spec: resolveLab(options, env).spec }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    expect(error.code).toBe('bad-input')
    return { problems: error.details.length > 0 ? error.details : [error.message] }
  }
}

/** What a value that was taken has to have become. */
function meant(key: string, given: unknown): unknown {
  if (key === 'dir' || key === 'acl') return path.resolve(given as string)
  if (key === 'timeout' && typeof given === 'string') return Math.round(ms(given as StringValue))
  if (key === 'modules') return (given as (string | { file: string; args?: string[] })[]).map(moduleMeant)
  if (key === 'redisFor') return Array.isArray(given) ? Object.fromEntries(given.map(pairMeant)) : given
  if (key !== 'set') return given
  return (given as string[]).map((text) => {
    const [name = '', ...value] = text.replace(/^ +| +$/g, '').split(/( +)/)
    return { name: name.toLowerCase(), value: value.slice(1).join('') }
  })
}

const pairMeant = (text: string): [string, string] => {
  const [node = '', ...release] = text.split('=')
  return [node, release.join('=')]
}

function moduleMeant(given: string | { file: string; args?: string[] }): unknown {
  const parsed = typeof given === 'string' ? parseModule(given) : given
  if (typeof parsed === 'string') return undefined
  return { file: path.resolve(parsed.file), args: parsed.args ?? [] }
}

/** Whether it is wrong whatever the others are. */
function isRefused(key: string, value: unknown): boolean {
  try {
    parseOptions({ [key]: labShape[key as keyof LabSpec] }, value === undefined ? {} : { [key]: value })
    return false
  } catch {
    return true
  }
}

/** Not far from what an option takes, on both sides of its border. */
const plausible: Record<string, fc.Arbitrary<unknown>> = {
  masters: fc.oneof(fc.integer({ min: -1, max: 1001 }), fc.double()),
  replicas: fc.oneof(fc.integer({ min: -1, max: 101 }), fc.double()),
  port: fc.oneof(fc.integer({ min: -1, max: 65_536 }), fc.integer({ min: 55_525, max: 55_540 }), fc.constant('auto')),
  name: fc.stringMatching(/^[a-zA-Z0-9_-]{0,70}$/),
  timeout: fc.oneof(
    fc.nat({ max: 90_000_000 }).map((seventh) => seventh / 7),
    fc.stringMatching(/^[0-9.]{1,5} ?(ms|s|m|h|d|y|)$/),
  ),
  set: fc.array(fc.oneof(fc.stringMatching(/^ {0,2}[a-zA-Z-]{1,8} {1,2}[!-~ ]{1,12}$/), anyText), { maxLength: 3 }),
  modules: fc.array(
    fc.oneof(
      fc.stringMatching(/^"?[a-z.:]{1,4}"?:?[a "]{0,4}$/),
      fc.record({ file: fc.string({ maxLength: 3 }), args: fc.array(anyText) }, { requiredKeys: ['file'] }),
      anyText,
    ),
    { maxLength: 3 },
  ),
  password: fc.oneof(fc.string({ minLength: 505, maxLength: 520 }), fc.string({ unit: 'binary', maxLength: 5 })),
  redisFor: fc.oneof(
    fc.array(fc.stringMatching(/^[mrx][0-3]{1,2}=?[a-z0-9.=@]{0,4}$/), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[mr][0-4]$/), fc.oneof(fc.constant('8.0'), anyText), { maxKeys: 3 }),
  ),
  malloc: fc.constantFrom('libc', 'jemalloc', 'Libc'),
  creator: fc.constantFrom('instant', 'redis-cli', 'none'),
  wait: fc.constantFrom('alive', 'full', 'none'),
  ephemeral: fc.boolean(),
}
const valueOf = (key: string) => fc.oneof(plausible[key] ?? anyText, anyText, anyValue)

test.each(keys)('any value for %s is taken as it is, or refused in one line that names its flag', (key) => {
  fc.assert(
    fc.property(valueOf(key), (value) => {
      const result = resolved({ [key]: value })
      if ('spec' in result) {
        if (value !== undefined) expect(result.spec[key]).toEqual(meant(key, value))
        return
      }
      for (const sentence of result.problems) {
        expect(sentence).toContain(flagOf(key))
        expect(sentence).not.toMatch(/\p{Cc}/u)
      }
    }),
    { numRuns: 300 },
  )
})

test('of many options at once, every one that is wrong by itself is named, and no other', () => {
  const several = fc.record(Object.fromEntries(keys.map((key) => [key, valueOf(key)])), { requiredKeys: [] })
  fc.assert(
    fc.property(several, (options: Record<string, unknown>) => {
      const result = resolved(options)
      const problems = 'spec' in result ? [] : result.problems
      const refused = Object.keys(options).filter((key) => isRefused(key, options[key]))
      const named = keys.filter((key) => problems.some((sentence) => sentence.startsWith(`${flagOf(key)} `)))
      // What contradicts another option can only be told once each is right by itself.
      if (refused.length > 0) expect(new Set(named)).toEqual(new Set(refused))
      else expect(problems.every((sentence) => sentence.startsWith('--'))).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('a password that is refused is not in what is said about it', () => {
  const text = fc.oneof(
    anyText,
    fc.string({ minLength: 513, maxLength: 600 }),
    fc.array(anyText, { minLength: 1, maxLength: 3 }),
  )
  const silence = resolved({ password: '' })
  fc.assert(
    fc.property(text, (password) => {
      const result = resolved({ password })
      if ('problems' in result) expect(result).toEqual(silence)
    }),
    { numRuns: 300 },
  )
})

test('an option that does not exist is never passed over', () => {
  const strange = anyText.filter((key) => !Object.keys(labShape).includes(key))
  fc.assert(
    fc.property(
      strange,
      anyValue.filter((value) => value !== undefined),
      (key, value) => {
        const result = resolved(Object.fromEntries([[key, value]]))
        expect('problems' in result && result.problems).toEqual([
          expect.stringMatching(/^there is no option "\P{Cc}*"(; did you mean "\w+"\?)?$/u),
        ])
      },
    ),
    { numRuns: 300 },
  )
})

test.each([
  ['REDIS_LAB_NAME', 'name'],
  ['REDIS_LAB_REDIS', 'redis'],
  ['REDIS_LAB_PASSWORD', 'password'],
] as const)('whatever %s says counts exactly like the flag', (variable, key) => {
  fc.assert(
    fc.property(fc.oneof(plausible[key] ?? anyText, anyText) as fc.Arbitrary<string>, (text) => {
      fc.pre(text !== '')
      expect(resolved({}, { [variable]: text })).toEqual(resolved({ [key]: text }))
    }),
    { numRuns: 300 },
  )
})
