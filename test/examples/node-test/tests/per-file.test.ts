/** A lab for this file. Each other file has its own, in its own process at the same time: they cannot meet. */
// region: per-file
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster } from 'ioredis'
import { useLab } from 'redis-lab/node-test'

const lab = useLab({ masters: 3, replicas: 1 })

test('a key is found on whichever node it belongs to', async () => {
  const redis = new Cluster(lab.rootNodes)
  await redis.set('hello', 'world')
  assert.equal(await redis.get('hello'), 'world')
  redis.disconnect()
})
// end

test('the next test of the file has the same lab', async () => {
  const { state, ready } = await lab.status()
  assert.deepEqual({ state, ready }, { state: 'running', ready: { level: 'full', reasons: [] } })
})
