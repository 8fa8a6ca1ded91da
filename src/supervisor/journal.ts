/** supervisor.log: one JSON document per event, with its time. Read by people, by `redis-lab logs`, by whoever looks for a cause. */
import { appendFileSync, existsSync } from 'node:fs'
import type { TimedEvent } from '../events.js'

export class Journal {
  readonly #file: string
  #mayBeGone = false

  constructor(file: string) {
    this.#file = file
  }

  write(event: TimedEvent): void {
    // Progress is for those who watch; what held in the end is an event of its own.
    if (event.type === 'ready-progress' && event.missing.length > 0) return
    this.add(JSON.stringify(event))
  }

  /** From here on the file is not made again where it is gone: somebody may be deleting its folder. */
  letGo(): void {
    this.#mayBeGone = true
  }

  add(line: string): void {
    if (this.#mayBeGone && !existsSync(this.#file)) return
    try {
      appendFileSync(this.#file, `${line}\n`)
    } catch {
      // A full disk or a deleted folder must not take the servers down with it.
    }
  }
}

/** A line of supervisor.log; undefined for one that is no event, such as the trace of a defect. */
export function parseJournalLine(line: string): TimedEvent | undefined {
  try {
    const event = JSON.parse(line) as Partial<TimedEvent> | null
    return typeof event?.at === 'string' && typeof event.type === 'string' ? (event as TimedEvent) : undefined
  } catch {
    return undefined
  }
}
