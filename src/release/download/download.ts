/**
 * A file from the network, whole and verified, over a connection that may break.
 *
 *     request ──200──► from zero ──┐                    ┌─ complete, sum right ──► done
 *        ▲   ──206──► from there ──┴─► bytes, hashed ───┼─ complete, sum wrong ──► checksum-mismatch
 *        └──── backoff ◄─── broke off, stalled, 5xx ────┘  (too often without a new byte ──► HostUnreachable)
 *
 * A body that ends before its announced length broke off. The hash goes along with the bytes, so nothing is read twice.
 */
import { createHash, type Hash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../../errors.js'
import type { Emit } from '../../events.js'
import { printable } from './address.js'
import { describeFailure, openUrl, RedirectRefused, type Answer } from './fetch.js'
import type { Patience } from './patience.js'

/** The host could not be reached, or not for long enough: the one failure that another source may make up for. */
export class HostUnreachable extends Error {}

export interface Download {
  readonly url: URL
  readonly sha256: string
  /** Who says what the sum is: our table, unless somebody gave it together with the address. */
  readonly sumFrom?: 'table' | 'caller'
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly emit: Emit
  readonly signal?: AbortSignal | undefined
  readonly patience: Patience
}

/**
 * @throws HostUnreachable; LabError `checksum-mismatch`, `release-unreachable` (the host answers, but not with this file),
 *   `interrupted`
 */
export async function download(job: Download): Promise<void> {
  const handle = await open(job.file, 'w')
  try {
    job.emit({ type: 'download-started', url: printable(job.url) })
    await new Transfer(job, handle).run()
  } finally {
    await handle.close()
  }
}

/** A failure that is worth another try. */
class Broken extends Error {}

class Transfer {
  #hash: Hash = createHash('sha256')
  #receivedBytes = 0
  /** The furthest that any try came. */
  #reachedBytes = 0
  #totalBytes: number | undefined
  /** The entity tag or date that says whether a rest belongs to the same file. */
  #validator: string | undefined

  constructor(
    private readonly job: Download,
    private readonly handle: FileHandle,
  ) {}

  async run(): Promise<void> {
    const { backoffMs, fruitlessTries, allTries } = this.job.patience
    let fruitless = 0
    for (let attempt = 1; ; attempt++) {
      const before = this.#reachedBytes
      try {
        await this.#attempt()
        return this.#verify()
      } catch (error) {
        if (this.job.signal?.aborted) throw interrupted()
        if (!(error instanceof Broken)) throw error
        fruitless = this.#reachedBytes > before ? 1 : fruitless + 1
        if (fruitless >= fruitlessTries || attempt >= allTries) throw new HostUnreachable(error.message)
        const delayMs = backoffMs * 2 ** (fruitless - 1)
        this.job.emit({ type: 'download-retry', attempt, delayMs, reason: error.message })
        await sleep(delayMs, undefined, { ...(this.job.signal && { signal: this.job.signal }) }).catch(() => {
          throw interrupted()
        })
      }
    }
  }

  async #attempt(): Promise<void> {
    const { url, env, patience, signal } = this.job
    const stall = new AbortController()
    let stalled = `no answer within ${patience.answerMs} ms`
    let timer = setTimeout(() => stall.abort(), patience.answerMs)
    try {
      const headers: Record<string, string> = {}
      if (this.#receivedBytes > 0) {
        headers['range'] = `bytes=${this.#receivedBytes}-`
        if (this.#validator) headers['if-range'] = this.#validator
      }
      const signals = signal ? [stall.signal, signal] : [stall.signal]
      const answer = await openUrl(url, { headers, env, signal: AbortSignal.any(signals) })
      await this.#begin(answer)
      stalled = `no byte for ${patience.stallMs} ms`
      for await (const piece of answer.body) {
        clearTimeout(timer)
        timer = setTimeout(() => stall.abort(), patience.stallMs)
        await this.#take(piece)
      }
    } catch (error) {
      if (error instanceof LabError || error instanceof Broken) throw error
      if (error instanceof RedirectRefused) throw this.#unavailable(error.message)
      throw new Broken(stall.signal.aborted ? stalled : describeFailure(error))
    } finally {
      clearTimeout(timer)
      // Whatever is left of the answer is not read any more: let go of its connection.
      stall.abort()
    }
    if (this.#totalBytes !== undefined && this.#receivedBytes < this.#totalBytes) {
      throw new Broken(`the connection broke off after ${this.#receivedBytes} of ${this.#totalBytes} bytes`)
    }
  }

  /** Looks at the head of an answer and decides where its body goes. */
  async #begin({ status, url, header }: Answer): Promise<void> {
    if (status === 206) {
      const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header('content-range') ?? '') ?? []
      if (Number(from) !== this.#receivedBytes) {
        await this.#restart()
        throw new Broken('the server went on at another place than asked')
      }
      if (total !== '*') this.#totalBytes = Number(total)
      return
    }
    await this.#restart()
    if (status === 200) {
      const length = header('content-length')
      this.#totalBytes = length === undefined ? undefined : Number(length)
      const etag = header('etag')
      // A weak tag says "equivalent", which is not enough to join two halves.
      this.#validator = etag && !etag.startsWith('W/') ? etag : header('last-modified')
      return
    }
    if (status >= 500 || [407, 408, 416, 425, 429].includes(status))
      throw new Broken(`the server answered with status ${status}`)
    throw this.#unavailable(
      status === 404 || status === 410
        ? `${url} does not exist: the server answered with status ${status}`
        : `${url} cannot be had: the server answered with status ${status}`,
    )
  }

  async #restart(): Promise<void> {
    this.#hash = createHash('sha256')
    this.#receivedBytes = 0
    this.#totalBytes = undefined
    this.#validator = undefined
    await this.handle.truncate(0)
  }

  async #take(piece: Uint8Array): Promise<void> {
    await this.handle.write(piece, 0, piece.length, this.#receivedBytes)
    this.#hash.update(piece)
    this.#receivedBytes += piece.length
    this.#reachedBytes = Math.max(this.#reachedBytes, this.#receivedBytes)
    this.job.emit({ type: 'download-progress', receivedBytes: this.#receivedBytes, totalBytes: this.#totalBytes })
  }

  #verify(): void {
    const { url, sha256: expected, sumFrom, emit } = this.job
    const sha256 = this.#hash.digest('hex')
    if (sha256 === expected) return emit({ type: 'download-done', sizeBytes: this.#receivedBytes, sha256 })
    throw new LabError({
      code: 'checksum-mismatch',
      ...(sumFrom === 'caller'
        ? {
            message: `what came from ${printable(url)} has another sha256 than was given`,
            hint: 'Nothing of it was kept. Check --sha256 against a source that you trust, and any proxy on the way.',
          }
        : {
            message: `what came from ${printable(url)} is not the release that was published`,
            hint: 'Nothing of it was kept. Check REDIS_LAB_MIRROR and any proxy on the way; a correct copy can be given with --redis PATH.',
          }),
      details: [`expected sha256 ${expected}`, `received sha256 ${sha256}`, `size ${this.#receivedBytes} bytes`],
    })
  }

  #unavailable(message: string): LabError {
    const first = this.job.sumFrom === 'caller' ? 'Check the address' : 'Check REDIS_LAB_MIRROR if it is set'
    const hint = `${first}, or take another source: --redis distro, --redis system, or a path.`
    return new LabError({ code: 'release-unreachable', message, hint })
  }
}

const interrupted = (): LabError => new LabError({ code: 'interrupted', message: 'interrupted while downloading' })
