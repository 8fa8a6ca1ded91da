/**
 * The line between a supervisor and the process that started it: a socket pair, one JSON object per line.
 *
 * A line that is none means that whoever is there speaks something else, and nothing that follows can be trusted. It is what a
 * peer that died is: the line closes, with the reason, and whatever hangs on it goes down in order.
 *
 * It is also the lease. Whoever holds the other end need not say anything: when it dies, even by SIGKILL, the kernel closes the
 * socket, and the supervisor of a leased lab takes the lab down.
 */
import type { Duplex } from 'node:stream'
import type { ErrorData } from '../errors.js'
import type { TimedEvent } from '../events.js'
import type { Access } from '../node/index.js'
import type { Places } from '../paths.js'
import type { LockHolder } from '../util/lock.js'
import { quoted } from '../util/text.js'
import type { LabRecord, RunRecord } from './record.js'
import type { Seed } from './seed.js'
import type { LabStatus } from './status.js'

/** What a supervisor is told to look after. */
export interface Order {
  readonly record: LabRecord
  readonly access: Access
  /** The text of users.acl, for a new lab that has users. */
  readonly users?: string
  readonly places: Places
  readonly socket: string
  /** The supervisor itself, as the claims of its ports name it. */
  readonly holder: LockHolder
  /** The lab goes down when the caller does; otherwise it stays. */
  readonly leased: boolean
  readonly origin: Origin
}

/** What there is of the lab already. */
export type Origin =
  | { readonly kind: 'new'; readonly seed?: Seed }
  /** The node folders hold a cluster from an earlier run. With new directives each redis.conf is written again. */
  | { readonly kind: 'kept'; readonly rewriteConf: boolean; readonly acceptDataLoss?: boolean }
  /** Its supervisor died, and some of its servers may still run. */
  | { readonly kind: 'orphaned'; readonly left: RunRecord['nodes'] }

export type ToSupervisor = { readonly order: Order } | { readonly stop: { readonly reason: string } }

export type FromSupervisor =
  | { readonly event: TimedEvent }
  | { readonly ready: LabStatus }
  | { readonly failed: ErrorData }
  | { readonly stopped: true }

export class Channel<Sent, Received> {
  readonly #socket: Duplex

  constructor(
    socket: Duplex,
    { onMessage, onClose }: { onMessage: (message: Received) => void; onClose: (reason?: Error) => void },
  ) {
    this.#socket = socket
    let rest = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        // One that was called before may have hung up.
        if (socket.destroyed) return
        const message = parseMessage(line)
        if (message) onMessage(message as Received)
        else socket.destroy(new Error(`not a message: ${quoted(line.slice(0, 80))}`))
      }
    })
    // A peer that died reads nothing more; 'close' follows and is what counts.
    let reason: Error | undefined
    socket.on('error', (error) => (reason ??= error))
    socket.once('close', () => onClose(reason))
  }

  send(message: Sent): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(message)}\n`)
  }

  /** Ends this side; `sent` is called once everything is on its way. */
  close(sent?: () => void): void {
    this.#socket.end(sent)
  }
}

function parseMessage(line: string): object | undefined {
  try {
    const message: unknown = JSON.parse(line)
    return typeof message === 'object' && message !== null && !Array.isArray(message) ? message : undefined
  } catch {
    return undefined
  }
}
