/** A lab for one test: whatever the test does to it, the next one does not know. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createCluster } from 'redis'
import { startLab } from 'redis-lab'
import { labFor, useLab } from 'redis-lab/node-test'

// region: per-test
test('a lab of its own, which it may leave with a node down', async (t) => {
  const lab = await labFor(t, { replicas: 0 })
  await lab.master(2).kill({ restart: false })
  assert.equal((await lab.status()).state, 'degraded')
})

test('a lab for a block', async () => {
  await using lab = await startLab({ replicas: 0 })
  const redis = await createCluster({ rootNodes: lab.rootNodes }).connect()
  assert.equal(await redis.get('hello'), null)
  await redis.close()
})
// end

describe('a describe may have a lab of its own', () => {
  const lab = useLab({ masters: 1, replicas: 0 })

  test('which its tests share', () => assert.equal(lab.nodes.length, 1))
})
