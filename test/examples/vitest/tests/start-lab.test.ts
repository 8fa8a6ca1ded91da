/** Without any fixture: the library itself. */
// region: import
import { Cluster } from 'ioredis'
import { startLab } from 'redis-lab'
// end
import { expect, test } from 'vitest'

test('a lab for a block', async () => {
  // region: block
  await using lab = await startLab({ masters: 3, replicas: 1 })

  const redis = new Cluster(lab.rootNodes) // node-redis: createCluster({ rootNodes: lab.rootNodes })
  await redis.set('hello', 'world')
  redis.disconnect()
  // end
  expect(await lab.status()).toMatchObject({ state: 'running' })
})
