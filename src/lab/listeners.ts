/**
 * Who listens to the events of a lab.
 *
 * DESIGN. The functions are a user's. They are called in order, each in a microtask of its own and never within the work that
 * reports an event: what one of them throws, or the promise it returns rejects with, is a warning of the process, once per
 * function, and ends neither the delivery to the others nor what the lab is doing.
 */
import process from 'node:process'
import { inspect } from 'node:util'
import type { TimedEvent } from '../events.js'

export type EventType = TimedEvent['type']
export type EventOf<Type extends EventType> = Extract<TimedEvent, { readonly type: Type }>
export type EventListener<Type extends EventType> = (event: EventOf<Type>) => void

/** A function of the user, as something that can be called without harm. */
export function guarded<Event>(callback: (event: Event) => unknown, what: string): (event: Event) => void {
  let reported = false
  const report = (thrown: unknown) => {
    if (reported) return
    reported = true
    const error = thrown instanceof Error ? thrown : new Error(typeof thrown === 'string' ? thrown : inspect(thrown))
    process.emitWarning(`${what} threw: ${error.message}`, {
      type: 'RedisLabWarning',
      code: 'REDIS_LAB_CALLBACK',
      detail: error.stack ?? '',
    })
  }
  return (event) => {
    queueMicrotask(() => {
      try {
        Promise.resolve(callback(event)).catch(report)
      } catch (error) {
        report(error)
      }
    })
  }
}

interface Entry {
  readonly type: EventType | '*'
  readonly call: (event: TimedEvent) => void
}

export class Listeners {
  /** One entry per registration: the same function twice is called twice, and each is ended on its own. */
  readonly #entries = new Set<Entry>()

  get count(): number {
    return this.#entries.size
  }

  /** @returns what ends it; nothing is delivered after that */
  add(type: EventType | '*', listener: (event: TimedEvent) => unknown): () => void {
    const isOn = () => this.#entries.has(entry)
    const call = guarded((event: TimedEvent) => (isOn() ? listener(event) : undefined), `a listener to "${type}"`)
    const entry: Entry = { type, call }
    this.#entries.add(entry)
    return () => void this.#entries.delete(entry)
  }

  readonly tell = (event: TimedEvent): void => {
    for (const { type, call } of this.#entries) if (type === '*' || type === event.type) call(event)
  }
}
