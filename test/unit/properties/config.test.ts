import fc from 'fast-check'
import { expect, test } from 'vitest'
import { metaOf, labShape, resolveLab, type LabOptions } from '../../../src/spec/index.js'

/** Values of which each is right by itself and with all others. */
const choices = {
  masters: fc.integer({ min: 3, max: 9 }),
  replicas: fc.integer({ min: 0, max: 3 }),
  port: fc.oneof(fc.integer({ min: 6000, max: 7000 }), fc.constant('auto')),
  name: fc.constantFrom('one', 'two', 'three'),
  redis: fc.constantFrom('8.0.6', '7.2.10', 'system'),
  malloc: fc.constantFrom('libc', 'jemalloc'),
  wait: fc.constantFrom('ok', 'full', 'replicas'),
  timeout: fc.integer({ min: 1, max: 86_400_000 }),
  restart: fc.boolean(),
  creator: fc.constantFrom('instant', 'redis-cli'),
}
type Key = keyof typeof choices
const keys = Object.keys(choices) as Key[]
const some = fc.record(choices, { requiredKeys: [] }) as fc.Arbitrary<LabOptions>
const environment = fc.record({ name: choices.name, redis: choices.redis }, { requiredKeys: [] })
const path = '/project/redis-lab.config.json'
const defaults = resolveLab({}, {}).spec

const toVariables = (said: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(said).map(([key, value]): [string, string] => [metaOf(labShape, key).env ?? '', value as string]),
  )

test('of each option the strongest that says something counts: flag, environment, config file, default', () => {
  fc.assert(
    fc.property(some, environment, some, (flags, said, values) => {
      const { spec, given, sources } = resolveLab(flags, toVariables(said), { file: { path, values } })
      for (const key of keys) {
        const layers: [value: unknown, source: object][] = [
          [flags[key], { from: 'flag' }],
          [(said as LabOptions)[key], { from: 'environment', name: metaOf(labShape, key).env }],
          [values[key], { from: 'file', path }],
        ]
        const strongest = layers.find(([layer]) => layer !== undefined)
        const [value, source] = strongest ?? [defaults[key], { from: 'default' }]
        expect({ value: spec[key], source: sources[key] }).toEqual({ value, source })
        expect(given.has(key)).toBe(strongest !== undefined)
      }
    }),
    { numRuns: 500 },
  )
})

test('what a caller has preset is only his own to say otherwise, and everything else is as without presets', () => {
  fc.assert(
    fc.property(some, environment, some, some, (flags, said, values, presets) => {
      const env = toVariables(said)
      const { spec, given, sources } = resolveLab(flags, env, { file: { path, values }, presets })
      const without = resolveLab(flags, env, { file: { path, values } })
      for (const key of keys) {
        const closed = presets[key] !== undefined
        if (!closed) {
          expect([spec[key], sources[key]]).toEqual([without.spec[key], without.sources[key]])
          continue
        }
        expect(spec[key]).toBe(flags[key] ?? presets[key])
        expect(sources[key]).toEqual({ from: flags[key] === undefined ? 'preset' : 'flag' })
        expect(given.has(key)).toBe(flags[key] !== undefined)
      }
    }),
    { numRuns: 500 },
  )
})

test('a value that is wrong is told whatever counts before it, with the file, and nothing else is', () => {
  fc.assert(
    fc.property(some, some, fc.subarray(keys, { minLength: 1 }), (flags, values, broken) => {
      const bad = Object.fromEntries(broken.map((key) => [key, [null]]))
      const resolve = () => resolveLab(flags, {}, { file: { path, values: { ...values, ...bad } } })
      let told: readonly string[] = []
      try {
        resolve()
      } catch (error) {
        const { message, details } = error as { message: string; details: readonly string[] }
        told = details.length > 0 ? details : [message]
      }
      const expected = Object.keys(labShape).filter((key) => broken.includes(key as Key))
      expect(told.map((line) => line.split(' takes ')[0])).toEqual(expected.map((key) => `${path}: ${key}`))
    }),
  )
})
