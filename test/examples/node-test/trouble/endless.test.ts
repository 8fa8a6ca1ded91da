/** Never ends by itself: somebody kills it while it has a lab for its file and one for its test. */
import { writeSync } from 'node:fs'
import { test } from 'node:test'
import { labFor, useLab } from 'redis-lab/node-test'

const lab = useLab({ replicas: 0 })

test('waits for ever', async (t) => {
  const own = await labFor(t, { masters: 1, replicas: 0 })
  writeSync(2, `LABS ${[lab.name, own.name].join(' ')}\n`)
  await new Promise(() => setInterval(() => {}, 1000))
})
