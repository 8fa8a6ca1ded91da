/** Asking servers that may be slow: a lost connection, or an answer that is late, is not a refusal. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionError } from '../../node/index.js'
import { canBeAsked, type Member } from '../member.js'

const askAgainMs = 20

/**
 * Asks again where the connection was lost, until the deadline: what is asked must be something that may be asked twice.
 *
 * @throws what `ask` throws, when it is anything else, or one of the servers has ended · the reason of `signal`
 */
export async function patiently<Answer>(
  servers: readonly Member[],
  { deadline, signal }: { readonly deadline: number; readonly signal: AbortSignal },
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    signal.throwIfAborted()
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ConnectionError) || !servers.every(canBeAsked) || Date.now() >= deadline) throw error
      await sleep(askAgainMs)
    }
  }
}
