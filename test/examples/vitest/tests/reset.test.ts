/** A clean slate for each test, and one lab for the file: whatever a test does to the lab is undone before the next one. */
// region: reset
import { createCluster } from 'redis'
import { labFixtures } from 'redis-lab/vitest'
import { expect, test as base } from 'vitest'

const test = base.extend(labFixtures({ scope: 'file', reset: true }))

test('a master goes away, and its replica is elected', async ({ lab }) => {
  await lab.master(0).kill({ restart: false })
  expect(await lab.waitForFailover('m1')).toEqual({ changed: true, promoted: 'r1', demoted: 'm1' })
})

test('the next test finds the lab as it was planned, and without a key', async ({ lab }) => {
  const redis = await createCluster({ rootNodes: lab.rootNodes }).connect()
  const key = await lab.keyFor('m1')
  await redis.set(key, 'on m1')
  expect((await lab.nodeFor(key)).name).toBe('m1')
  await redis.close()
})
// end
