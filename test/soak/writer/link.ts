/**
 * One connection to one node, on which a write counts only for what Redis has really said about it.
 *
 * Nothing is sent twice and nothing reconnects: a WAIT that a client sends again on a new connection is about no write at all,
 * and its answer would be a lie.
 */
import { Redis } from 'ioredis'
import { valueOf } from './keys.js'

const connectMs = 1500
/** Longer than any pause: what a node answers when it goes on is what is most easily lost. */
const answerMs = 5000
const waitMs = 500

export class Link {
  readonly #redis: Redis

  private constructor(redis: Redis) {
    this.#redis = redis
  }

  /** @throws Error */
  static async to(port: number): Promise<Link> {
    const redis = new Redis({
      host: '127.0.0.1',
      port,
      lazyConnect: true,
      retryStrategy: () => null,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      connectTimeout: connectMs,
      commandTimeout: answerMs,
    })
    // Each command reports for itself.
    redis.on('error', () => {})
    try {
      await redis.connect()
      return new Link(redis)
    } catch (error) {
      redis.disconnect()
      throw error
    }
  }

  /**
   * Keys of one slot, each once.
   *
   * @returns those that are acknowledged: +OK for each, and by as many replicas as that for all that was written here before
   * @throws Error the server's refusal, or that the connection was lost
   */
  async write(keys: readonly string[], replicas: number): Promise<string[]> {
    const pipeline = this.#redis.pipeline()
    for (const key of keys) pipeline.set(key, valueOf(key))
    if (replicas > 0) pipeline.wait(replicas, waitMs)
    const answers = (await pipeline.exec()) ?? []
    const sets = keys.map((_, index) => answers[index] ?? [new Error('there was no answer'), undefined])
    const refused = sets.find(([error]) => error)?.[0]
    const written = keys.filter((_, index) => sets[index]?.[0] === null && sets[index][1] === 'OK')
    if (written.length === 0 && refused) throw refused
    if (replicas === 0) return written
    const [error, count] = answers[keys.length] ?? [new Error('there was no answer'), undefined]
    return !error && Number(count) >= replicas ? written : []
  }

  /** Each range of slots with the port of its master. */
  async slots(): Promise<{ first: number; last: number; port: number }[]> {
    const ranges = await this.#redis.cluster('SLOTS')
    return ranges.flatMap(([first, last, master]) => (master ? [{ first, last, port: master[1] }] : []))
  }

  close(): void {
    this.#redis.disconnect()
  }
}
