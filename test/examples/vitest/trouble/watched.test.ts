/** Run again and again by a watch: each run tells which lab it has. */
import { writeSync } from 'node:fs'
import { labFixtures } from 'redis-lab/vitest'
import { test as base } from 'vitest'

const test = base.extend(labFixtures({ scope: 'run' }))

test('has the lab of the watch', async ({ lab }) => {
  writeSync(2, `RUN ${lab.name} ${(await lab.status()).state}\n`)
})
