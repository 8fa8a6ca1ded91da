/** ioredis goes through a failover and a crash, and no write that was acknowledged is lost. */
import { Cluster } from 'ioredis'
import { labFixtures } from 'redis-lab/vitest'
import { test as base, expect } from 'vitest'
import { startWriting } from './writer.js'

// Acknowledged is to mean "on disk": a master that is killed has nothing else when it comes back.
const test = base.extend(labFixtures({ scope: 'file', set: ['appendfsync always'] }))

test('a replica takes over, then a master is killed, while ioredis writes', async ({ lab }) => {
  const redis = new Cluster(lab.rootNodes)
  const writer = startWriting(redis)
  const goesOn = async () => {
    const { length } = writer.acknowledged
    await expect.poll(() => writer.acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(length + 50)
  }
  await goesOn()

  expect(await lab.failover('r1')).toEqual({ promoted: 'r1', demoted: 'm1' })
  await goesOn()

  await lab.master(1).kill()
  await expect.poll(async () => (await lab.status()).ready.level, { timeout: 20_000 }).toBe('full')
  await goesOn()

  await writer.stop()
  expect(await writer.lost()).toEqual([])
  redis.disconnect()
})
