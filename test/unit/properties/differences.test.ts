import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differencesTo } from '../../../src/lab/differences.js'
import { newRecord } from '../../../src/lab/record.js'
import { resolveLab, sameDirectives, type LabOptions } from '../../../src/spec/index.js'
import { sampleRecord } from '../samples.js'
import { placesIn } from '../support.js'

const choices: Record<string, fc.Arbitrary<unknown>> = {
  masters: fc.constantFrom(3, 4),
  replicas: fc.constantFrom(0, 1),
  port: fc.constantFrom(6001, 7001, 'auto'),
  redis: fc.constantFrom('8.0.6', 'system', '7.2'),
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

function labWith(has: LabOptions) {
  const { spec } = resolveLab(has, {})
  const first = spec.port === 'auto' ? 6001 : spec.port
  const ports = Array.from({ length: spec.masters * (1 + spec.replicas) }, (_, index) => first + index)
  return newRecord(placesIn('/places'), { spec, build: sampleRecord().build, ports })
}

/** Each in its own words, apart from the code under test. */
function expected(has: LabOptions, asked: LabOptions): string[] {
  const [is, wanted] = [resolveLab(has, {}).spec, resolveLab(asked, {}).spec]
  const differs: Record<string, () => boolean> = {
    port: () => wanted.port !== 'auto' && wanted.port !== labWith(has).nodes[0]?.port,
    // The lab runs Redis 8.0.6, whatever it was created with.
    redis: () => wanted.redis !== '8.0.6' && wanted.redis !== has.redis,
    dir: () => wanted.dir !== (has.dir ?? '/places/state/labs/default'),
    set: () => !sameDirectives(is.set, wanted.set),
    wait: () => false,
    timeout: () => false,
  }
  const plain = (key: string) => {
    const [one, other] = [is, wanted].map((spec) => JSON.stringify(spec[key as keyof typeof spec]))
    return one !== other
  }
  return Object.keys(asked).filter((key) => differs[key]?.() ?? plain(key))
}

test('an option that was given, and is otherwise in the lab, is a difference; no other is', () => {
  fc.assert(
    fc.property(options, options, (has, asked) => {
      const found = differencesTo({ record: labWith(has), auth: {} }, resolveLab(asked, {}), {})
      expect(found.map(({ key }) => key).sort()).toEqual(expected(has, asked).sort())
    }),
    { numRuns: 500 },
  )
})

test('the same again, or less of it, differs in nothing', () => {
  fc.assert(
    fc.property(options, fc.subarray(Object.keys(choices)), (has, said) => {
      const less = Object.fromEntries(Object.entries(has).filter(([key]) => said.includes(key))) as LabOptions
      expect(differencesTo({ record: labWith(has), auth: {} }, resolveLab(less, {}), {})).toEqual([])
    }),
  )
})
