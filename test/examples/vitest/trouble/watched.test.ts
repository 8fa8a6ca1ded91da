/** Run again and again by a watch: each run tells which lab it has, and leaves a key. */
import { writeSync } from 'node:fs'
import { Cluster } from 'ioredis'
import { labFixtures } from 'redis-lab/vitest'
import { expect, test as base } from 'vitest'

const test = base.extend(labFixtures({ scope: 'run' }))

test('has the lab of the watch', async ({ lab }) => {
  const redis = new Cluster(lab.rootNodes)
  expect(await redis.get('run')).toBe(null)
  await redis.set('run', 'was here')
  redis.disconnect()
  writeSync(2, `RUN ${lab.name} ${(await lab.status()).state}\n`)
})
