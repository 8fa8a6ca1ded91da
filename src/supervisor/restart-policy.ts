/** When a crashed server is started again, and when that is given up. Pure. */

const firstDelayMs = 100
const longestDelayMs = 10_000
/** More crashes than this within the window are a loop: another start would only make another log like the last. */
const crashesInWindow = 5
const windowMs = 60_000

export type RestartDecision =
  { readonly kind: 'restart'; readonly delayMs: number } | { readonly kind: 'give-up'; readonly crashes: number }

/** @param crashTimesMs when this node crashed, oldest first, the newest included */
export function decideRestart(crashTimesMs: readonly number[], nowMs: number): RestartDecision {
  const crashes = crashTimesMs.filter((time) => nowMs - time < windowMs).length
  if (crashes > crashesInWindow) return { kind: 'give-up', crashes }
  return { kind: 'restart', delayMs: Math.min(longestDelayMs, firstDelayMs * 2 ** (crashes - 1)) }
}
