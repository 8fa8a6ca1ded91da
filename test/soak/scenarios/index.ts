import type { Random } from '../prng.js'
import { builders } from './builders.js'
import { callers } from './callers.js'
import { ctrlC } from './ctrl-c.js'
import { labUnderWrites } from './lab-under-writes.js'
import { parallel } from './parallel.js'
import { races } from './races.js'
import type { Scenario } from './scenario.js'

export const scenarios: readonly [Scenario, ...Scenario[]] = [labUnderWrites, callers, ctrlC, builders, parallel, races]
export const scenarioNames = scenarios.map(({ name }) => name)

export function chooseScenario(random: Random, only: string | undefined): Scenario {
  const chosen = random.weighted(scenarios)
  return scenarios.find(({ name }) => name === only) ?? chosen
}
