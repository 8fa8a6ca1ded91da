/** A clean slate: what one test does to the lab of its file, the next one does not find. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster } from 'ioredis'
import { useLab } from 'redis-lab/node-test'

const lab = useLab({ reset: true })

test('a test writes, and breaks what it likes', async () => {
  const redis = new Cluster(lab.rootNodes)
  await redis.set('hello', 'world')
  redis.disconnect()
  await lab.failover('r1')
  await lab.master(1).kill({ restart: false })
})

test('the next one finds the lab as it was planned, and no key', async () => {
  const { state, nodes } = await lab.status()
  assert.equal(state, 'running')
  for (const { name, role } of nodes) assert.equal(role, name.startsWith('m') ? 'master' : 'replica')
  const redis = new Cluster(lab.rootNodes)
  assert.equal(await redis.get('hello'), null)
  redis.disconnect()
})
