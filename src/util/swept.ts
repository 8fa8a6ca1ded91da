/** What clearing up did: how much was removed, and what was left alone. */

export interface Swept {
  readonly cleared: number
  /** What was left alone because its owner cannot be judged from here, a sentence each. */
  readonly unjudged: readonly string[]
}

export const allSwept = (...parts: readonly Swept[]): Swept => ({
  cleared: parts.reduce((sum, { cleared }) => sum + cleared, 0),
  unjudged: parts.flatMap(({ unjudged }) => unjudged),
})
