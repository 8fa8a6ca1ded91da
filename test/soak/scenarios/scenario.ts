/** What a scenario is: a plan that is drawn in full before anything happens, and its execution. */
import type { Place } from '../place.js'
import type { Random } from '../prng.js'

export interface Scenario<Plan = unknown> {
  readonly name: string
  /** How often it is chosen, beside the others. */
  readonly weight: number
  /** It builds, into a cache of its own. */
  readonly ownCache?: boolean
  /** Everything random. Printed when the cycle fails, and the same whenever the cycle is repeated. */
  plan(random: Random): Plan
  /** Leaves nothing running. @throws Violation */
  run(plan: Plan, place: Place): Promise<void>
}

/** Hides what a plan looks like from whoever only hands it on. */
export const scenario = <Plan>(declared: Scenario<Plan>): Scenario => declared

/** What makes labs differ: mostly the default creator. */
export interface LabPlan {
  readonly replicas: number
  readonly creator?: 'redis-cli'
}

export const drawLab = (random: Random, { replicas = random.integer(0, 1) } = {}): LabPlan => ({
  replicas,
  ...(random.chance(0.1) && { creator: 'redis-cli' as const }),
})

export const upArgs = ({ replicas, creator }: LabPlan): string[] => [
  ...['--masters', '3', '--replicas', String(replicas), '--port', 'auto'],
  ...(creator ? ['--creator', creator] : []),
]
