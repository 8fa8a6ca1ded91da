/** Run again and again by a watch: each run tells which lab it has. */
const { writeSync } = require('node:fs')
const { useSharedLab } = require('redis-lab/jest')

const lab = useSharedLab()

test('has the lab of the watch', async () => {
  writeSync(2, `RUN ${lab.name} ${(await lab.status()).state}\n`)
})
