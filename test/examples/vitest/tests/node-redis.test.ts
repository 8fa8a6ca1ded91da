/** node-redis goes through a failover, a crash and a reset, and no write that was acknowledged is lost. */
import { createCluster } from 'redis'
import { labFixtures } from 'redis-lab/vitest'
import { test as base, expect } from 'vitest'
import { startWriting } from './writer.js'

// Acknowledged is to mean "on disk": a master that is killed has nothing else when it comes back.
const test = base.extend(labFixtures({ scope: 'file', set: ['appendfsync always'] }))

test('a replica takes over, a master is killed, and all is reset, while node-redis writes', async ({ lab }) => {
  const redis = createCluster({ rootNodes: lab.rootNodes })
  redis.on('error', () => {})
  await redis.connect()
  const writer = startWriting(redis)
  const goesOn = async () => {
    const { length } = writer.acknowledged
    await expect.poll(() => writer.acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(length + 50)
  }
  await goesOn()

  expect(await lab.failover('r1')).toEqual({ changed: true, promoted: 'r1', demoted: 'm1' })
  await goesOn()

  await lab.master(1).kill()
  await lab.waitFor('full')
  await goesOn()

  await writer.stop()
  expect(await writer.lost()).toEqual([])

  // Back to the plan, and empty: the same client goes on.
  const { undone } = await lab.reset()
  expect(undone).not.toEqual([])
  expect((await lab.status()).nodes[0]?.role).toBe('master')
  expect(await redis.get('key:0')).toBe(null)
  expect(await redis.set('after', 'reset')).toBe('OK')
  redis.destroy()
})
