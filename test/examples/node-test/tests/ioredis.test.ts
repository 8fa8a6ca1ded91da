/** ioredis goes through a failover, a crash and a reset, and no write that was acknowledged is lost. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster } from 'ioredis'
import { useLab } from 'redis-lab/node-test'
import { eventually, startWriting } from './writer.js'

// Acknowledged is to mean "on disk": a master that is killed has nothing else when it comes back.
const lab = useLab({ set: ['appendfsync always'] })

test('a replica takes over, a master is killed, and all is reset, while ioredis writes', async () => {
  const redis = new Cluster(lab.rootNodes)
  const writer = startWriting(redis)
  const goesOn = async () => {
    const { length } = writer.acknowledged
    await eventually(() => writer.acknowledged.length > length + 50)
  }
  await goesOn()

  assert.deepEqual(await lab.failover('r1'), { changed: true, promoted: 'r1', demoted: 'm1' })
  await goesOn()

  await lab.master(1).kill()
  await lab.waitFor('full')
  await goesOn()

  await writer.stop()
  assert.deepEqual(await writer.lost(), [])

  // Back to the plan, and empty: the same client goes on.
  const { undone } = await lab.reset()
  assert.notEqual(undone.length, 0)
  assert.equal((await lab.status()).nodes[0]?.role, 'master')
  assert.equal(await redis.get('key:0'), null)
  assert.equal(await redis.set('after', 'reset'), 'OK')
  redis.disconnect()
})
