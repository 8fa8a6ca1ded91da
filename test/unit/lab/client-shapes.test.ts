import { expect, test } from 'vitest'
import { ioredisShape, nodeRedisShape } from '../../../src/lab/client-shapes.js'

const url = 'redis://127.0.0.1:6001'
const [host, port] = ['127.0.0.1', 6001]
const nodes = [{ url, host, port }]

test('of a lab that asks for nothing clients are told of the nodes alone', () => {
  expect(nodeRedisShape(nodes, {})).toEqual({ rootNodes: [{ url }], defaults: {} })
  expect(ioredisShape(nodes, {})).toEqual([[{ host, port }], { redisOptions: {} }])
})

test('a password is told apart from the addresses, and a name only where there is one', () => {
  const access = { user: { password: 'p:/@ s' } }
  expect(nodeRedisShape(nodes, access)).toEqual({ rootNodes: [{ url }], defaults: { password: 'p:/@ s' } })
  expect(ioredisShape(nodes, access)).toEqual([[{ host, port }], { redisOptions: { password: 'p:/@ s' } }])
  const named = { user: { name: 'redis-lab', password: 'x' } }
  expect(nodeRedisShape(nodes, named).defaults).toEqual({ username: 'redis-lab', password: 'x' })
  expect(ioredisShape(nodes, named)[1].redisOptions).toEqual({ username: 'redis-lab', password: 'x' })
})
