/** A lab for this file. Each other file has its own, in its own worker at the same time: they cannot meet. */
// region: per-file
import { Cluster } from 'ioredis'
import { labFixtures } from 'redis-lab/vitest'
import { expect, test as base } from 'vitest'

const test = base.extend(labFixtures({ scope: 'file', masters: 3, replicas: 1 }))

test('a key is found on whichever node it belongs to', async ({ lab }) => {
  const redis = new Cluster(lab.rootNodes)
  await redis.set('hello', 'world')
  expect(await redis.get('hello')).toBe('world')
  redis.disconnect()
})
// end

let name = ''
test('the next test of the file has the same lab', async ({ lab }) => {
  expect(await lab.status()).toMatchObject({ state: 'running', ready: { level: 'full' } })
  name = lab.name
})

test('and so has the last one', ({ lab }) => expect(lab.name).toBe(name))
