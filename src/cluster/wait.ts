/** Waiting until a level of readiness is proven; over at once when a process ends. */
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../errors.js'
import type { Emit, ReadyLevel } from '../events.js'
import type { Member, Shape } from './member.js'
import { startClimb, type Climb } from './climb.js'
import { isAtLeast, steps, takeStep, type Step } from './ready.js'

export interface WaitOptions {
  readonly level: ReadyLevel
  /** From Date.now(). */
  readonly deadline: number
  /** Aborted, with the reason, when a process of the lab has ended. */
  readonly signal?: AbortSignal | undefined
  readonly emit?: Emit
}

/** A person who waits is told what is missing this often, however often it is asked. */
const sayEveryMs = 500

/**
 * @returns the climb, with every member's view of the cluster
 * @throws LabError `not-ready` at the deadline: what each node still lacked · the reason of `signal`
 */
export async function waitReady(members: readonly Member[], shape: Shape, options: WaitOptions): Promise<Climb> {
  const climb = startClimb(members, shape)
  for (const step of steps.filter((step) => isAtLeast(options.level, step.level))) await waitStep(step, climb, options)
  return climb
}

async function waitStep(step: Step, climb: Climb, { deadline, signal, emit }: WaitOptions): Promise<void> {
  const pollMs = Math.max(3, climb.members.length / 4)
  let pending = climb.members
  let saidAt = Date.now()
  for (;;) {
    signal?.throwIfAborted()
    const result = await takeStep(step, climb, pending)
    signal?.throwIfAborted()
    if (result.holds || Date.now() - saidAt >= sayEveryMs) {
      saidAt = Date.now()
      emit?.({ type: 'ready-progress', level: step.level, missing: result.missing })
    }
    if (result.holds) return
    if (Date.now() >= deadline) throw notReady(step.level, result.missing)
    pending = result.pending
    await sleep(pollMs)
  }
}

function notReady(level: ReadyLevel, missing: readonly string[]): LabError {
  return new LabError({
    code: 'not-ready',
    message: `the cluster did not reach the level "${level}" in its time`,
    hint: 'The lines above say what each node still lacked; --timeout gives it more time.',
    details: missing,
  })
}
