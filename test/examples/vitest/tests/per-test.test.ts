/** A lab for each test: whatever a test does to it, the next one does not know. */
import { createCluster } from 'redis'
import { startLab } from 'redis-lab'
import { labFixtures } from 'redis-lab/vitest'
import { test as base, expect } from 'vitest'

const test = base.extend(labFixtures({ scope: 'test', replicas: 0 }))
const names = new Set<string>()

test('one test may leave a node down', async ({ lab }) => {
  names.add(lab.name)
  await lab.master(2).kill({ restart: false })
  expect((await lab.status()).state).toBe('degraded')
})

test('and the next one has three masters that are up, without a key', async ({ lab }) => {
  names.add(lab.name)
  expect(names.size).toBe(2)
  const redis = await createCluster({ rootNodes: lab.rootNodes }).connect()
  expect(await redis.get('hello')).toBe(null)
  await redis.close()
})

test('a test that needs a second cluster starts it by itself', async ({ lab }) => {
  await using other = await startLab({ masters: 1, replicas: 0 })
  expect(other.nodes.map((node) => node.port)).not.toContain(lab.nodes[0]?.port)
  expect(await other.status()).toMatchObject({ state: 'running' })
})
