/** A lab for this file. Each other file has its own, in its own worker at the same time: they cannot meet. */
// region: per-file
const { Cluster } = require('ioredis')
const { useLab } = require('redis-lab/jest')

const lab = useLab({ masters: 3, replicas: 1 })

test('a key is found on whichever node it belongs to', async () => {
  const redis = new Cluster(lab.rootNodes)
  await redis.set('hello', 'world')
  expect(await redis.get('hello')).toBe('world')
  redis.disconnect()
})
// end

let name
test('the next test of the file has the same lab', async () => {
  expect(await lab.status()).toMatchObject({ state: 'running', ready: { level: 'full' } })
  name = lab.name
})

describe('a describe may have a lab of its own', () => {
  const own = useLab({ masters: 1, replicas: 0 })

  test('besides that of the file', async () => {
    expect(lab.name).toBe(name)
    expect(own.nodes).toHaveLength(1)
    expect(own.name).not.toBe(name)
  })
})

test('what a lab refuses is told as an error with a code', () => {
  expect(() => lab.node('m9')).toThrow(expect.objectContaining({ code: 'node-not-found' }))
})
