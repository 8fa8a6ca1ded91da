/** Writes all the time, whatever happens to the lab, and remembers what was acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LabStatus } from '../../../src/supervisor/index.js'
import type { Journal } from '../journal.js'
import { keysOf, slotOf, tagFor, type Share } from './keys.js'
import { Link } from './link.js'

export interface Acknowledged {
  readonly port: number
  readonly atMs: number
}

export interface WriterOptions {
  readonly status: LabStatus
  /** A write counts when so many replicas have it. */
  readonly replicas: number
  readonly journal: Pick<Journal, 'nowMs'>
}

const writersPerMaster = 2
/** As many keys at once, at most. */
const batchSize = 8
/** Between tries, while a node does not answer. */
const pauseMs = 20

export class Writer {
  readonly acknowledged = new Map<string, Acknowledged>()
  readonly #options: WriterOptions
  readonly #ports: readonly number[]
  readonly #owners: number[] = []
  #idle = false
  /** Grows with each reset of the lab: a batch that began before one does not count. */
  #epoch = 0
  #stopped = false
  readonly #loops: readonly Promise<void>[]

  constructor(options: WriterOptions) {
    this.#options = options
    this.#ports = options.status.nodes.map(({ port }) => port)
    for (const { port, slots } of options.status.nodes) for (const range of slots) this.#own(...range, port)
    const masters = options.status.nodes.filter(({ role }) => role === 'master').length
    this.#loops = Array.from({ length: masters * writersPerMaster }, (_, writer) =>
      this.#loop({ writer, parts: masters }),
    )
  }

  /** Lets the lab be for the time being. */
  set idle(value: boolean) {
    this.#idle = value
  }

  /** Discards what was acknowledged so far, and batches that are in flight: the lab was emptied on purpose. */
  forget(): void {
    this.#epoch++
    this.acknowledged.clear()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#loops)
  }

  async #loop(share: Share): Promise<void> {
    const { replicas, journal } = this.#options
    const links = new Map<number, Link>()
    const linkTo = async (port: number) => {
      const link = links.get(port) ?? (await Link.to(port))
      links.set(port, link)
      return link
    }
    const drop = (port: number) => {
      links.get(port)?.close()
      links.delete(port)
    }
    for (let batch = 0; !this.#stopped; batch++) {
      if (this.#idle) {
        await sleep(pauseMs)
        continue
      }
      const epoch = this.#epoch
      const port = this.#owners[slotOf(tagFor(share, batch))] ?? this.#anyPort(batch)
      try {
        const link = await linkTo(port)
        const written = await link.write(keysOf(share, batch, 1 + (batch % batchSize)), replicas)
        if (epoch !== this.#epoch) continue
        for (const key of written) this.acknowledged.set(key, { port, atMs: journal.nowMs })
      } catch (error) {
        // Refused, or lost before it was answered: it does not count, and is not tried again.
        const [, slot, moved] = /^MOVED (\d+) \S*:(\d+)/.exec((error as Error).message) ?? []
        if (moved !== undefined) this.#owners[Number(slot)] = Number(moved)
        else drop(port)
        await sleep(pauseMs)
        if (moved === undefined) await this.#learn(linkTo, drop, this.#anyPort(batch))
      }
    }
    for (const link of links.values()) link.close()
  }

  /** Asks some node who owns what, should it answer. */
  async #learn(linkTo: (port: number) => Promise<Link>, drop: (port: number) => void, port: number): Promise<void> {
    try {
      for (const { first, last, port: owner } of await (await linkTo(port)).slots()) this.#own(first, last, owner)
    } catch {
      drop(port)
    }
  }

  #anyPort(number: number): number {
    return this.#ports[number % this.#ports.length] ?? 0
  }

  #own(first: number, last: number, port: number): void {
    for (let slot = first; slot <= last; slot++) this.#owners[slot] = port
  }
}
