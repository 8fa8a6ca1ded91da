/** Waiting for facts. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface UntilOptions {
  /** From Date.now(). */
  readonly deadline: number
  readonly pollMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks again and again until the answer is something, or the deadline has passed.
 *
 * @returns the answer, or undefined when the time is over
 * @throws the reason of `signal` when that was aborted; whatever `ask` throws
 */
export async function until<Answer>(
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  { deadline, pollMs, signal }: UntilOptions,
): Promise<Answer | undefined> {
  for (;;) {
    signal?.throwIfAborted()
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() >= deadline) return undefined
    await sleep(pollMs)
  }
}
