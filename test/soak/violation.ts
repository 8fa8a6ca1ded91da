/** What a soak is looking for. */

/** Something is still there · an acknowledged write is not · a command did what it must never do, or a fact did not come true. */
export type ViolationKind = 'leak' | 'loss' | 'failure'

export class Violation extends Error {
  override readonly name = 'Violation'
  readonly kind: ViolationKind
  readonly details: readonly string[]

  constructor(kind: ViolationKind, message: string, details: readonly string[] = []) {
    super(message)
    this.kind = kind
    this.details = details
  }
}
