/** The words of the bench: rows of ways, and what measuring a way gives. */
import type { Place } from './place/place.js'

export type Unit = 'ms' | '%' | 'MB'

/** One line of the table. */
export interface Reading {
  /** By which ratios name it. */
  readonly key: string
  readonly what: string
  readonly unit: Unit
}

/** One way of doing something, measured once per round, alone. */
export interface Way {
  readonly readings: readonly Reading[]
  /** Longer than this it may not take; 2 minutes unless said otherwise. */
  readonly limitMs?: number
  /**
   * @returns a number for the key of each reading
   * @throws Skip when this machine lacks what it needs · whatever goes wrong, after what was begun has been ended
   */
  readonly measure: (place: Place, signal: AbortSignal) => Promise<Readonly<Record<string, number>>>
}

/** Ways that belong side by side. */
export interface Row {
  readonly number: number
  /** How many rounds when nobody says. */
  readonly rounds: number
  readonly ways: readonly Way[]
}

/** This cannot be measured here, and nothing is wrong. The message says why. */
export class Skip extends Error {
  override readonly name = 'Skip'
}
