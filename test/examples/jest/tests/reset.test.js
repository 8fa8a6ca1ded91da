/** A clean slate: what one test does to the lab of its file, the next one does not find. */
const { Cluster } = require('ioredis')
const { useLab } = require('redis-lab/jest')

const lab = useLab({ reset: true })

test('a test writes, and breaks what it likes', async () => {
  const redis = new Cluster(lab.rootNodes)
  await redis.set('hello', 'world')
  redis.disconnect()
  await lab.failover('r1')
  await lab.master(1).kill({ restart: false })
})

test('the next one finds the lab as it was planned, and no key', async () => {
  const { state, nodes } = await lab.status()
  expect(state).toBe('running')
  for (const { name, role } of nodes) expect(role).toBe(name.startsWith('m') ? 'master' : 'replica')
  const redis = new Cluster(lab.rootNodes)
  expect(await redis.get('hello')).toBe(null)
  redis.disconnect()
})
