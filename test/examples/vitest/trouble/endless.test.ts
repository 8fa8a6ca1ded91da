/** Never ends by itself: somebody kills it while it has a lab for its file and the lab of the run. */
import { writeSync } from 'node:fs'
import { labFixtures } from 'redis-lab/vitest'
import { inject, test as base } from 'vitest'

const test = base.extend(labFixtures({ scope: 'file', replicas: 0 }))

test('waits for ever', async ({ lab }) => {
  writeSync(2, `LABS ${lab.name} ${inject('redisLab').name}\n`)
  await new Promise(() => setInterval(() => {}, 1000))
})
