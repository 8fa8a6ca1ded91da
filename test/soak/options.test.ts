import { expect, test } from 'vitest'
import { readOptions } from './options.js'
import { Random } from './prng.js'
import { scenarioNames, scenarios } from './scenarios/index.js'

const read = (...argv: string[]) => readOptions(argv, { scenarios: scenarioNames, newSeed: () => 7 })

test('without options there are 200 cycles in half an hour, of a new seed', () => {
  expect(read()).toEqual({ seed: 7, first: 1, cycles: 200, minutes: 30, only: undefined, parallel: 1 })
  expect(read('--seed', '5', '--cycle', '12', '--only', 'callers')).toMatchObject({ seed: 5, first: 12, cycles: 1 })
  expect(read('--help')).toBeUndefined()
})

test.each([
  [['--cycles', '0'], '--cycles 0: a whole number from 1 to 100000 is expected'],
  [['--minutes', ''], '--minutes : a number from 0.1 to 1440 is expected'],
  [['--seed', '1.5'], '--seed 1.5: a whole number from 0 to 4294967295 is expected'],
  [['--only', 'nothing'], /^--only nothing: the scenarios are lab-under-writes, callers, .*/],
  [['--cycle', '3'], '--cycle repeats a cycle of a seed: give --seed'],
  [['--cycle', '3', '--seed', '1', '--cycles', '2'], '--cycle repeats one cycle, so --cycles cannot be given with it'],
  [['--strange'], /--strange/],
  [['word'], /word/],
])('%j is refused in a sentence', (argv, sentence) => expect(() => read(...argv)).toThrow(sentence))

test('a plan is the same whenever its cycle is repeated, and another in every other cycle', () => {
  for (const scenario of scenarios) {
    const { name } = scenario
    const draw = (cycle: number) => JSON.stringify(scenario.plan(new Random(1, cycle, name)))
    expect(draw(1)).toBe(draw(1))
    expect(new Set(Array.from({ length: 20 }, (_, index) => draw(index))).size, name).toBeGreaterThan(15)
  }
})

test('random choices stay in their range and reach all of it', () => {
  const random = new Random('range')
  const drawn = new Set(random.times(1000, () => random.integer(3, 7)))
  expect([...drawn].sort()).toEqual([3, 4, 5, 6, 7])
  const weighted = random.times(1000, () => random.weighted([{ weight: 9 }, { weight: 1 }]).weight)
  expect(weighted.filter((weight) => weight === 1).length).toBeGreaterThan(50)
  expect(weighted.filter((weight) => weight === 1).length).toBeLessThan(200)
})
