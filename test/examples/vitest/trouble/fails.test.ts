/** A test that fails while one node of its lab is down, and one that fails with nothing wrong. */
import { labFixtures } from 'redis-lab/vitest'
import { test as base, expect } from 'vitest'

const test = base.extend(labFixtures({ scope: 'file', keepOnFailure: true }))

test('a node is down', async ({ lab }) => {
  await lab.master(0).kill({ restart: false })
  expect((await lab.status()).state).toBe('running')
})
