/**
 * The events of a lab that another process started: a connection that is open while there are listeners, and no longer.
 *
 *     closed ──open()──► connecting ──► connected
 *        ▲                   ▲ │            │ the supervisor is gone
 *        └──── close() ──────┴─┴─ waiting ◄─┘
 *
 * The control socket of a lab has the same path in each of its lives. So a lab that is stopped and started again, or adopted by
 * another supervisor, is heard of again; what happened in between is not delivered. Keeps no process alive.
 */
import type { TimedEvent } from '../events.js'

const firstDelayMs = 100
const longestDelayMs = 2000

export class Subscription {
  readonly #socket: () => string
  readonly #tell: (event: TimedEvent) => void
  #state: 'closed' | 'connecting' | 'connected' | 'waiting' = 'closed'
  #connecting: Promise<void> = Promise.resolve()
  #hangUp: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #delayMs = firstDelayMs
  /** What an earlier connection still reports is not this one's. */
  #turn = 0

  constructor(socket: () => string, tell: (event: TimedEvent) => void) {
    this.#socket = socket
    this.#tell = tell
  }

  /** Resolves once events are delivered from now on, or it is clear that they are not yet; never rejects. */
  open(): Promise<void> {
    if (this.#state === 'closed' || this.#state === 'waiting') this.#connecting = this.#connect()
    return this.#connecting
  }

  close(): void {
    this.#turn++
    this.#state = 'closed'
    clearTimeout(this.#timer)
    this.#hangUp?.()
    this.#hangUp = undefined
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#timer)
    const turn = ++this.#turn
    const isCurrent = () => turn === this.#turn
    this.#state = 'connecting'
    const lost = () => {
      if (isCurrent()) this.#retry()
    }
    try {
      const { listenTo } = await import('./client.js')
      const tell = (event: TimedEvent) => {
        if (isCurrent()) this.#tell(event)
      }
      const hangUp = await listenTo(this.#socket(), tell, { onEnd: lost })
      if (!isCurrent()) return hangUp()
      this.#hangUp = hangUp
      this.#state = 'connected'
      this.#delayMs = firstDelayMs
    } catch {
      lost()
    }
  }

  #retry(): void {
    this.#state = 'waiting'
    this.#hangUp = undefined
    this.#timer = setTimeout(() => void this.open(), this.#delayMs)
    this.#timer.unref()
    this.#delayMs = Math.min(longestDelayMs, this.#delayMs * 2)
  }
}
