/** When a crashed server is started again, and when that is given up. Pure. */

const firstDelayMs = 100
const longestDelayMs = 10_000
/** A server that did not even come up so often in a row will not: another start would only make another log like the last. */
const failedStartsInRow = 5
/** One that comes up and falls again may only have been treated badly; it gets more patience, but not for ever. */
const crashesInWindow = 12
const windowMs = 60_000

export interface CrashFacts {
  readonly atMs: number
  /** It had answered before it crashed. */
  readonly hadListened: boolean
}

export type RestartDecision =
  { readonly kind: 'restart'; readonly delayMs: number } | { readonly kind: 'give-up'; readonly crashes: number }

/** @param crashes of this node, oldest first, the newest included */
export function decideRestart(crashes: readonly CrashFacts[], nowMs: number): RestartDecision {
  const recent = crashes.filter(({ atMs }) => nowMs - atMs < windowMs)
  const failedStarts = crashes.length - 1 - crashes.findLastIndex(({ hadListened }) => hadListened)
  if (failedStarts >= failedStartsInRow || recent.length >= crashesInWindow) {
    return { kind: 'give-up', crashes: Math.max(recent.length, failedStarts) }
  }
  // The first time at once: nothing is known against it, and a cluster waits for it.
  if (recent.length <= 1) return { kind: 'restart', delayMs: 0 }
  return { kind: 'restart', delayMs: Math.min(longestDelayMs, firstDelayMs * 2 ** (recent.length - 2)) }
}
