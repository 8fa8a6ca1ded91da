/** TLS beyond the release that everything else runs with: the oldest line that has it, the newest, and the other engine. */
import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { startLab, type Lab, type LabEvent } from 'redis-lab'
import { describe, expect, test, type TestContext } from 'vitest'
import { LabError, type ErrorCode } from '../../src/errors.js'
import { isVerified } from '../../src/cluster/index.js'
import type { Build } from '../../src/release/index.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { mostBuildMs, tlsBuild } from '../support/tls.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

/** What a machine cannot help. */
const outOfReach: readonly ErrorCode[] = ['release-unreachable', 'release-broken', 'tools-missing']
const keys = Array.from({ length: 100 }, (_, index) => `key:${index}`)

async function withNodeRedis<Result>(
  lab: Lab,
  work: (client: ReturnType<typeof createCluster>) => Promise<Result>,
): Promise<Result> {
  const client = createCluster(lab.nodeRedis)
  // A connection that is lost shows in what was asked over it.
  client.on('error', () => {})
  await client.connect()
  return work(client).finally(() => client.destroy())
}

async function withIoredis<Result>(lab: Lab, work: (client: Cluster) => Promise<Result>): Promise<Result> {
  const client = new Cluster(...lab.ioredis)
  return work(client).finally(() => client.disconnect())
}

/** Skips the test by name where the release cannot be had here. */
async function buildOr(context: TestContext, redis: string): Promise<Build> {
  try {
    return await tlsBuild(redis)
  } catch (error) {
    const { code, message } = LabError.from(error)
    if (!outOfReach.includes(code)) throw error
    return context.skip(`${redis} with TLS cannot be had here: ${message}`)
  }
}

describe.each(['distro:bullseye', 'distro:trixie', 'valkey@distro:sid'])('%s with TLS', (redis) => {
  test.for(['instant', 'redis-cli'] as const)(
    'formed by %s it is ready, and clients find their way, also after a failover and a crash',
    { timeout: mostBuildMs },
    async (creator, context) => {
      const build = await buildOr(context, redis)
      if (creator === 'instant' && !isVerified(build)) context.skip('the instant way is not verified for it')
      const events: LabEvent[] = []
      const set = ['cluster-node-timeout 1500']
      await using lab = await startLab({ redis, creator, set, tls: true, onEvent: (event) => events.push(event) })
      expect(await lab.status()).toMatchObject({ creator, redis: { version: build.version }, ready: { level: 'full' } })
      expect(events.filter(({ type }) => type === 'create-fallback' || type === 'release-fallback')).toEqual([])

      await withNodeRedis(lab, (client) => Promise.all(keys.map((key) => client.set(key, key))))
      await lab.failover('r1')
      expect(await withIoredis(lab, (client) => Promise.all(keys.map((key) => client.get(key))))).toEqual(keys)
      await lab.master(1).kill({ restart: false })
      await lab.waitForFailover('m2')
      await lab.master(1).start()
      await lab.waitFor('full')
      expect(await withNodeRedis(lab, (client) => Promise.all(keys.map((key) => client.get(key))))).toEqual(keys)
      await using seed = await lab.snapshot()
      expect(seed.keys).toBe(keys.length)
      await lab.reset()
      expect((await lab.status()).ready).toEqual({ level: 'full', reasons: [] })
    },
  )
})
