/** The lab of the whole run, as plain data and as a handle. */
// region: shared
const { Cluster } = require('ioredis')
const { sharedLabData, useSharedLab } = require('redis-lab/jest')

const lab = useSharedLab()

test('its addresses are plain data', async () => {
  const redis = new Cluster(sharedLabData().rootNodes)
  expect(await redis.set('greeting', 'hello')).toBe('OK')
  redis.disconnect()
})

test('its handle is that of any lab', async () => {
  expect(await lab.status()).toMatchObject({ name: sharedLabData().name, state: 'running' })
})
// end
