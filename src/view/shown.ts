/** Something that shows work in progress, in whatever way. */
import type { Emit } from '../events.js'

export interface Progress {
  readonly emit: Emit
  /** Resolves when what is on the screen is final. */
  finish(outcome: 'done' | 'failed'): Promise<void>
}

/** What is waited for: a release that is built, or a lab that is ready. */
export type Goal = 'build' | 'lab'
