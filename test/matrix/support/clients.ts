/** Keys all over the slots, written and read by the clients that people use. */
import calculateSlot from 'cluster-key-slot'
import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import type { Lab } from 'redis-lab'

const slotCount = 16_384

/** One key for each of `count` parts of the slots. */
export function keysAllOver(prefix: string, count = 1000): string[] {
  const keys = new Map<number, string>()
  for (let n = 0; keys.size < count; n++) {
    const key = `${prefix}:${n}`
    const part = Math.floor((calculateSlot(key) * count) / slotCount)
    if (!keys.has(part)) keys.set(part, key)
  }
  return [...keys.values()]
}

export const valueOf = (key: string): string => `value of ${key}`

type Roots = Pick<Lab, 'rootNodes'>

export interface ClusterClient {
  readonly name: string
  write(lab: Roots, keys: readonly string[]): Promise<void>
  /** Those that are not there with their values. */
  lost(lab: Roots, keys: readonly string[]): Promise<string[]>
}

async function withIoredis<Result>({ rootNodes }: Roots, work: (redis: Cluster) => Promise<Result>): Promise<Result> {
  const redis = new Cluster(rootNodes)
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

const connectNodeRedis = ({ rootNodes }: Roots) =>
  createCluster({ rootNodes: [...rootNodes] })
    // A connection that is lost shows in what was asked over it.
    .on('error', () => {})
    .connect()

async function withNodeRedis<Result>(
  lab: Roots,
  work: (redis: Awaited<ReturnType<typeof connectNodeRedis>>) => Promise<Result>,
): Promise<Result> {
  const redis = await connectNodeRedis(lab)
  try {
    return await work(redis)
  } finally {
    redis.destroy()
  }
}

const different = (keys: readonly string[], values: readonly (string | null)[]): string[] =>
  keys.filter((key, index) => values[index] !== valueOf(key))

export const ioredis: ClusterClient = {
  name: 'ioredis',
  write: (lab, keys) =>
    withIoredis(lab, async (redis) => void (await Promise.all(keys.map((key) => redis.set(key, valueOf(key)))))),
  lost: (lab, keys) =>
    withIoredis(lab, async (redis) => different(keys, await Promise.all(keys.map((key) => redis.get(key))))),
}

export const nodeRedis: ClusterClient = {
  name: 'node-redis',
  write: (lab, keys) =>
    withNodeRedis(lab, async (redis) => void (await Promise.all(keys.map((key) => redis.set(key, valueOf(key)))))),
  lost: (lab, keys) =>
    withNodeRedis(lab, async (redis) => different(keys, await Promise.all(keys.map((key) => redis.get(key))))),
}
