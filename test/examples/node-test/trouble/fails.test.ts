/** Tests that fail while one node of their lab is down. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labFor, useLab } from 'redis-lab/node-test'

const lab = useLab({ keepOnFailure: true })

test('a node is down', async () => {
  await lab.master(0).kill({ restart: false })
  assert.equal((await lab.status()).state, 'running')
})

test('a node of its own is down', async (t) => {
  const own = await labFor(t, { replicas: 0, keepOnFailure: true })
  await own.master(1).kill({ restart: false })
  assert.equal((await own.status()).state, 'running')
})
