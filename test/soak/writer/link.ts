/**
 * One connection to one node, on which a write counts only for what Redis has really said about it.
 *
 * Nothing is sent twice and nothing reconnects: a WAIT that a client sends again on a new connection is about no write at all,
 * and its answer would be a lie.
 */
import { Redis } from 'ioredis'

const answerMs = 1500
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
      connectTimeout: answerMs,
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
   * @returns whether the write is acknowledged: +OK, and by as many replicas as that
   * @throws Error the server's refusal, or that the connection was lost
   */
  async write(key: string, value: string, replicas: number): Promise<boolean> {
    if (replicas === 0) return (await this.#redis.set(key, value)) === 'OK'
    const [set, wait] = (await this.#redis.pipeline().set(key, value).wait(replicas, waitMs).exec()) ?? []
    const [refused] = set ?? [new Error('there was no answer')]
    if (refused) throw refused
    return set?.[1] === 'OK' && !wait?.[0] && Number(wait?.[1]) >= replicas
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
