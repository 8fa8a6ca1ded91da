import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differencesTo } from '../../../src/lab/differences.js'
import { flagName, labShape, metaOf, resolveLab, type LabOptions } from '../../../src/spec/index.js'

const choices: Record<string, fc.Arbitrary<unknown>> = {
  masters: fc.constantFrom(3, 4),
  replicas: fc.constantFrom(0, 1),
  port: fc.constantFrom(6001, 7001, 'auto'),
  redis: fc.constantFrom('8.0.6', 'system', 'the default'),
  malloc: fc.constantFrom('libc', 'jemalloc'),
  dir: fc.constantFrom('/one', '/two'),
  set: fc.array(fc.constantFrom('hz 20', 'hz 30', 'save ""', 'x 1"2"', 'x "1"'), { maxLength: 3 }),
  modules: fc.array(fc.constantFrom('/x.so', '/x.so:a b', '/y.so'), { maxLength: 2 }),
  creator: fc.constantFrom('instant', 'redis-cli'),
  wait: fc.constantFrom('ok', 'full'),
  timeout: fc.constantFrom('5s', 6000),
  restart: fc.boolean(),
}
const options = fc.record(choices, { requiredKeys: [] }) as fc.Arbitrary<LabOptions>
const passing = ['wait', 'timeout']

test('an option that was given, and is otherwise in the lab, has its line; no other has one', () => {
  fc.assert(
    fc.property(options, options, (has, asked) => {
      const existing = resolveLab(has, {}).spec
      const wanted = resolveLab(asked, {})
      const { lines, canChange } = differencesTo(existing, wanted)
      const differing = [...wanted.given].filter((key) => {
        const [one, other] = [existing, wanted.spec].map((spec) => JSON.stringify(spec[key as keyof typeof spec]))
        return one !== other && !passing.includes(key)
      })
      const flags = lines.map((line) => line.split(':')[0])
      expect(flags.sort()).toEqual(differing.map((key) => flagName(metaOf(labShape, key))).sort())
      expect(canChange).toBe(differing.every((key) => ['set', 'modules', 'restart'].includes(key)))
    }),
    { numRuns: 500 },
  )
})

test('the same again, or less of it, differs in nothing', () => {
  fc.assert(
    fc.property(options, fc.subarray(Object.keys(choices)), (has, said) => {
      const less = Object.fromEntries(Object.entries(has).filter(([key]) => said.includes(key))) as LabOptions
      expect(differencesTo(resolveLab(has, {}).spec, resolveLab(less, {})).lines).toEqual([])
    }),
  )
})
