/** supervisor.log: one JSON document per event, with its time. Read by people, by `redis-lab logs`, by whoever looks for a cause. */
import { appendFileSync } from 'node:fs'
import type { LabEvent } from '../events.js'

export class Journal {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  write(event: LabEvent): void {
    // Progress is for those who watch; what held in the end is an event of its own.
    if (event.type === 'ready-progress' && event.missing.length > 0) return
    try {
      appendFileSync(this.#file, `${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`)
    } catch {
      // A full disk or a deleted folder must not take the servers down with it.
    }
  }
}
