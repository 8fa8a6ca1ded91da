/** Never ends by itself: somebody kills it while it has a lab for its file, another of its own, and the lab of the run. */
const { writeSync } = require('node:fs')
const { sharedLabData, useLab } = require('redis-lab/jest')

const lab = useLab({ replicas: 0 })
const other = useLab({ masters: 1, replicas: 0 })

test('waits for ever', async () => {
  // jest keeps back what goes to its console until the file is done.
  writeSync(2, `LABS ${[lab.name, other.name, sharedLabData().name].join(' ')}\n`)
  await new Promise(() => setInterval(() => {}, 1000))
})
