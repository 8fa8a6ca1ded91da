/** One cycle, from its number: a place, a scenario, the proofs, and the evidence when one fails. */
import { rmSync } from 'node:fs'
import { identify, isAlive, signalProcess } from '../../src/util/process-identity.js'
import { until } from '../../src/util/until.js'
import { processesOf } from '../support/processes.js'
import { proveCacheWhole } from './invariants/cache.js'
import { proveNothingLeft } from './invariants/gone.js'
import { Place } from './place.js'
import { Random } from './prng.js'
import { chooseScenario } from './scenarios/index.js'
import type { Tally } from './tally.js'
import { Violation } from './violation.js'
import type { World } from './world.js'

export interface CycleOptions {
  readonly seed: number
  readonly number: number
  readonly only: string | undefined
  readonly world: World
  readonly signal: AbortSignal
}

export interface CycleResult {
  readonly number: number
  readonly scenario: string
  readonly elapsedMs: number
  readonly tally: Tally
  readonly failed?: { readonly violation: Violation; readonly plan: unknown; readonly kept: string }
}

const endMs = 10_000

export async function runCycle({ seed, number, only, world, signal }: CycleOptions): Promise<CycleResult> {
  const chosen = chooseScenario(new Random(seed, number, 'scenario'), only)
  // Apart from the choice, so that a cycle with --only is the cycle that it would be without.
  const plan = chosen.plan(new Random(seed, number, chosen.name))
  const place = new Place({ world, ownCache: chosen.ownCache === true, signal })
  const { journal, tally } = place
  journal.note(`seed ${seed}, cycle ${number}, ${chosen.name}: ${JSON.stringify(plan)}`)
  tally.cycles++
  let violation: Violation | undefined
  try {
    await chosen.run(plan, place)
    await proveNothingLeft(place)
    await proveCacheWhole(place.places.cache)
  } catch (error) {
    violation = asViolation(error)
    tally.violations[violation.kind]++
  }
  place.sightings.close()
  const result = { number, scenario: chosen.name, elapsedMs: journal.nowMs, tally }
  if (!violation) {
    place.delete()
    return result
  }
  // The next cycles are not to meet what this one has left. Its folder stays.
  await endRest(place)
  const kept = place.keep([violation.message, ...violation.details].join('\n'))
  return { ...result, failed: { violation, plan, kept } }
}

/** What nobody foresaw counts as well: it is a defect here or there. */
function asViolation(error: unknown): Violation {
  if (error instanceof Violation) return error
  const { message, stack = '' } = error as Error
  return new Violation('failure', message, stack.split('\n').slice(1))
}

async function endRest(place: Place): Promise<void> {
  const left = processesOf(place.dir).flatMap((pid) => identify(pid) ?? [])
  for (const one of left) signalProcess(one, 'SIGKILL')
  await until(() => !left.some(isAlive) || undefined, { deadline: Date.now() + endMs, pollMs: 10 })
  for (const socket of place.sightings.sockets) rmSync(socket, { force: true })
}
