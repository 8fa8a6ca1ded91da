/** Cycles, one after the other or some at once, until there were enough of them. */
import { performance } from 'node:perf_hooks'
import { runCycle, type CycleResult } from './cycle.js'
import type { SoakOptions } from './options.js'
import { Tally } from './tally.js'
import type { World } from './world.js'

export interface LoopOptions extends SoakOptions {
  readonly world: World
  /** Ctrl-C: the cycles that run are ended, and no other begins. */
  readonly signal: AbortSignal
  readonly onCycle: (result: CycleResult) => void
}

/** What fails again and again fills the disk with evidence, and says nothing new. */
const mostFailures = 10

export async function runCycles(options: LoopOptions): Promise<Tally> {
  const { first, cycles, minutes, parallel, signal, onCycle } = options
  const deadline = performance.now() + minutes * 60_000
  const tally = new Tally()
  let next = first
  let failures = 0
  const more = () => next < first + cycles && performance.now() < deadline && !signal.aborted && failures < mostFailures
  const work = async () => {
    while (more()) {
      const result = await runCycle({ ...options, number: next++ })
      tally.include(result.tally)
      if (result.failed) failures++
      onCycle(result)
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
  return tally
}
