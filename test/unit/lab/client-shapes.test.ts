import { expect, test } from 'vitest'
import { clientShapes } from '../../../src/lab/client-shapes.js'

const nodes = [{ url: 'redis://127.0.0.1:6001', host: '127.0.0.1', port: 6001 }]

test('of a lab that asks for nothing clients are told of the nodes alone', () => {
  expect(clientShapes(nodes, {})).toEqual({
    nodeRedis: { rootNodes: nodes, defaults: {} },
    ioredis: [nodes, { redisOptions: {} }],
  })
})

test('a password is told apart from the addresses, and a name only where there is one', () => {
  const { nodeRedis, ioredis } = clientShapes(nodes, { user: { password: 'p:/@ s' } })
  expect(nodeRedis).toEqual({ rootNodes: nodes, defaults: { password: 'p:/@ s' } })
  expect(ioredis).toEqual([nodes, { redisOptions: { password: 'p:/@ s' } }])
  const named = clientShapes(nodes, { user: { name: 'redis-lab', password: 'x' } })
  expect(named.nodeRedis.defaults).toEqual({ username: 'redis-lab', password: 'x' })
  expect(named.ioredis[1].redisOptions).toEqual({ username: 'redis-lab', password: 'x' })
})
