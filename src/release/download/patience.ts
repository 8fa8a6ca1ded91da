/** Everything that says how patient a download is. */
export interface Patience {
  /** Until the server answers at all. */
  readonly answerMs: number
  /** Between two pieces of the body. */
  readonly stallMs: number
  /** The first wait before trying again; it doubles each time. */
  readonly backoffMs: number
  /** Tries in a row that brought no new byte. */
  readonly fruitlessTries: number
  readonly allTries: number
}

export const patience: Patience = { answerMs: 10_000, stallMs: 20_000, backoffMs: 500, fruitlessTries: 3, allTries: 12 }
