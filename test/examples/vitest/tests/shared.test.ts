/** The lab of the whole run, as plain data and as a handle. */
// region: shared
import { Cluster } from 'ioredis'
import { labFixtures } from 'redis-lab/vitest'
import { test as base, expect, inject } from 'vitest'

const test = base.extend(labFixtures({ scope: 'run' }))

test('its addresses are plain data, and typed', async () => {
  const redis = new Cluster(inject('redisLab').rootNodes)
  expect(await redis.set('greeting', 'hello')).toBe('OK')
  redis.disconnect()
})

test('its handle is that of any lab', async ({ lab }) => {
  expect(await lab.status()).toMatchObject({ name: inject('redisLab').name, state: 'running' })
})
// end
