/** A test that fails while one node of its lab is down. */
const { useLab } = require('redis-lab/jest')

const lab = useLab({ keepOnFailure: true })

test('a node is down', async () => {
  await lab.master(0).kill({ restart: false })
  expect((await lab.status()).state).toBe('running')
})
