/** Every event of a lab: given its time, kept in supervisor.log, and handed to all who listen. */
import type { Emit, LabEvent, TimedEvent } from '../events.js'
import type { Journal } from './journal.js'

export type Listener = (event: TimedEvent) => void

export class Events {
  readonly #journal: Pick<Journal, 'write'>
  readonly #listeners = new Set<Listener>()

  constructor(journal: Pick<Journal, 'write'>) {
    this.#journal = journal
  }

  readonly emit: Emit = (event: LabEvent) => {
    const timed = { at: new Date().toISOString(), ...event }
    this.#journal.write(timed)
    for (const listener of this.#listeners) listener(timed)
  }

  /** @returns what ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
