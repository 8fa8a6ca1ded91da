/**
 * Does to labs, hundreds of times, what happens to programs on a developer's machine, and proves after every time that nothing is
 * left behind and nothing is lost.
 *
 * The figures go to stdout in one line at the end, everything else to stderr. The exit code is 1 when anything leaked, was lost
 * or failed in another way.
 */
import { randomInt } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { LabError } from '../../src/errors.js'
import { placesFrom } from '../../src/paths.js'
import { installRelease } from '../../src/release/index.js'
import { eventLine, printError } from '../../src/view/index.js'
import type { CycleResult } from './cycle.js'
import { runCycles } from './loop.js'
import { readOptions, usageFor, type SoakOptions } from './options.js'
import { cycleLine, evidence, figures } from './report.js'
import { scenarioNames } from './scenarios/index.js'
import type { World } from './world.js'

const say = (line: string) => console.error(line)

/** @returns the exit code */
export async function soak(argv: readonly string[]): Promise<number> {
  let options: SoakOptions | undefined
  try {
    options = readOptions(argv, { scenarios: scenarioNames, newSeed: () => randomInt(2 ** 32) })
  } catch (error) {
    say((error as Error).message)
    return 2
  }
  if (!options) {
    console.log(usageFor(scenarioNames))
    return 0
  }
  const controller = new AbortController()
  const onSignal = () => {
    say(controller.signal.aborted ? 'the present cycle is being ended' : 'interrupted: ending the present cycle')
    controller.abort(new Error('interrupted'))
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  try {
    return await run(options, controller.signal)
  } catch (error) {
    if (!controller.signal.aborted) printError(LabError.from(error), { json: false, verbose: true })
    return controller.signal.aborted ? 130 : 1
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

async function run(options: SoakOptions, signal: AbortSignal): Promise<number> {
  const world = await prepare(signal)
  const { seed, only } = options
  say(`seed ${seed}`)
  const beganAt = performance.now()
  const onCycle = (result: CycleResult) => {
    say(cycleLine(result))
    if (result.failed) say(evidence(result, { seed, only }))
  }
  const tally = await runCycles({ ...options, world, signal, onCycle })
  console.log(figures(tally, { seed, elapsedMs: performance.now() - beganAt }))
  const { leak, loss, failure } = tally.violations
  if (leak + loss + failure > 0) return 1
  return signal.aborted ? 130 : 0
}

/** Put under fault is what happens on a built release: here it is built, should it not be. */
async function prepare(signal: AbortSignal): Promise<World> {
  const { env } = process
  const { cache } = placesFrom(env)
  const redis = env['REDIS_LAB_REDIS'] || undefined
  const emit: Parameters<typeof installRelease>[1]['emit'] = (event) => {
    const line = eventLine(event)
    if (line !== undefined) say(line)
  }
  const build = await installRelease({ redis, malloc: 'libc' }, { cacheDir: cache, env, emit, signal })
  return { build, cacheDir: cache, redis, fresh: new Map() }
}
