/** Who wants to hear of what happens in a lab. */
import type { TimedEvent } from '../events.js'

export type EventType = TimedEvent['type']
export type EventOf<Type extends EventType> = Extract<TimedEvent, { readonly type: Type }>
export type EventListener<Type extends EventType> = (event: EventOf<Type>) => void

export class Listeners {
  readonly #all = new Map<EventType | '*', Set<(event: TimedEvent) => void>>()

  /** @returns what ends it */
  add(type: EventType | '*', listener: (event: TimedEvent) => void): () => void {
    const same = this.#all.get(type) ?? new Set()
    this.#all.set(type, same.add(listener))
    return () => void same.delete(listener)
  }

  readonly tell = (event: TimedEvent): void => {
    for (const type of [event.type, '*'] as const) for (const listener of this.#all.get(type) ?? []) listener(event)
  }
}
