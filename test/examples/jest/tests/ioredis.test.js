/** ioredis goes through a failover and a crash, and no write that was acknowledged is lost. */
const { Cluster } = require('ioredis')
const { useLab } = require('redis-lab/jest')
const { eventually, startWriting } = require('./writer.js')

// Acknowledged is to mean "on disk": a master that is killed has nothing else when it comes back.
const lab = useLab({ set: ['appendfsync always'] })

test('a replica takes over, then a master is killed, while ioredis writes', async () => {
  const redis = new Cluster(lab.rootNodes)
  const writer = startWriting(redis)
  const goesOn = async () => {
    const { length } = writer.acknowledged
    await eventually(() => writer.acknowledged.length > length + 50)
  }
  await goesOn()

  expect(await lab.failover('r1')).toEqual({ promoted: 'r1', demoted: 'm1' })
  await goesOn()

  await lab.master(1).kill()
  await eventually(async () => (await lab.status()).ready.level === 'full')
  await goesOn()

  await writer.stop()
  expect(await writer.lost()).toEqual([])
  redis.disconnect()
})
