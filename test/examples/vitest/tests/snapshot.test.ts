/** Load once, begin as often as you like. */
import { createCluster } from 'redis'
import { startLab } from 'redis-lab'
import { expect, test } from 'vitest'

test('labs that begin with the data of another', async () => {
  await using first = await startLab({ masters: 3, replicas: 0 })
  const redis = await createCluster({ rootNodes: first.rootNodes }).connect()
  await Promise.all(Array.from({ length: 1000 }, (_, index) => redis.set(`user:${index}`, 'loaded once')))
  await redis.close()

  // region: snapshot
  await using seed = await first.snapshot()
  const labs = await Promise.all([startLab({ from: seed }), startLab({ from: seed })])
  // end
  for (const lab of labs) {
    const client = await createCluster({ rootNodes: lab.rootNodes }).connect()
    expect(await client.get('user:999')).toBe('loaded once')
    await client.close()
    await lab.stop()
  }
})
