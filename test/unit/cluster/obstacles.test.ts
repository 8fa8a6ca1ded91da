/** A wait ends at once where an answer can never change, and goes on where it may. */
import { beforeEach, expect, test } from 'vitest'
import { waitReady } from '../../../src/cluster/index.js'
import { cannotImprove } from '../../../src/cluster/obstacles.js'
import { ReplyError } from '../../../src/node/index.js'
import { thrownBy } from '../support.js'
import { fakeCluster, type FakeCluster, type FakeNode } from './fake-cluster.js'

let cluster: FakeCluster
beforeEach(() => {
  cluster = fakeCluster()
})

/** A deadline that no passing test reaches. */
const wait = () =>
  waitReady(cluster.nodes, cluster.shape, { level: 'full', deadline: Date.now() + 20_000 }).then(() => undefined)

const refuse = (message: string) => (): never => {
  throw new ReplyError(message)
}
const noReplicas = 'NOREPLICAS Not enough good replicas to write.'
const oom = "OOM command not allowed when used memory > 'maxmemory'."
const configured = (node: FakeNode, name: string, value: string) =>
  node.answer(`CONFIG GET ${name}`, () => [name, value])
const memory = (node: FakeNode, fields: Record<string, number | string>) =>
  node.answer('INFO', () =>
    Object.entries(fields)
      .map((pair) => `${pair.join(':')}\r\n`)
      .join(''),
  )

test.each<[string, string, (m2: FakeNode, r2: FakeNode) => void]>([
  [
    'more replicas wanted than planned',
    'm2 (port 6002) will never accept a write: min-replicas-to-write is 2, and each master has 1 replica',
    (m2) => {
      m2.answer('SET', refuse(noReplicas))
      configured(m2, 'min-replicas-to-write', '2')
    },
  ],
  [
    'less memory than the server itself needs',
    'm2 (port 6002) will never accept a write: maxmemory is 1048576 bytes, and the server needs 1600000 without any data',
    (m2) => {
      m2.answer('SET', refuse(oom))
      memory(m2, { maxmemory: 1_048_576, used_memory: 1_601_000, mem_clients_normal: 1000 })
    },
  ],
  [
    'less memory than the server needs beside its data',
    'm2 (port 6002) will never accept a write: maxmemory is 1048576 bytes, and the server needs 1600000 without any data',
    (m2) => {
      m2.answer('SET', refuse(oom))
      memory(m2, { maxmemory: 1_048_576, used_memory: 9_999_999, used_memory_startup: 1_600_000, db0: 'keys=9' })
    },
  ],
  [
    'no room for the connections of the lab',
    'r2 (port 6005) cannot take the connections of its own lab: maxclients is 11, and 12 are needed',
    (_, r2) => {
      r2.answer('INFO replication', () => 'role:slave\r\nmaster_link_status:down\r\n')
      r2.answer('INFO server', () => 'redis_version:7.0.15\r\n')
      configured(r2, 'maxclients', '11')
    },
  ],
  [
    'credentials that are not those of the lab',
    'm2 (port 6002) does not let its own lab in',
    (m2) => {
      for (const command of ['PING', 'CLUSTER NODES']) m2.answer(command, refuse('NOAUTH Authentication required.'))
    },
  ],
])('it ends at once: %s', async (_, message, fault) => {
  fault(cluster.node('m2'), cluster.node('r2'))
  const error = await thrownBy(wait)
  expect(error).toMatchObject({ code: 'not-ready', message })
  expect((error as { hint?: string }).hint).toBeTruthy()
  expect(cannotImprove(error)).toBe(true)
})

/** Answers so a few times, of which the first is looked into, and well from then on. */
function forAWhile(node: FakeNode, command: string, bad: () => string, good: string): void {
  let left = 3
  node.answer(command, () => (left-- > 0 ? bad() : good))
}

test.each<[string, (m2: FakeNode, r2: FakeNode) => void]>([
  [
    'as many replicas wanted as planned',
    (m2) => {
      forAWhile(m2, 'SET', refuse(noReplicas), 'OK')
      configured(m2, 'min-replicas-to-write', '1')
    },
  ],
  [
    'memory that data takes up',
    (m2) => {
      forAWhile(m2, 'SET', refuse(oom), 'OK')
      memory(m2, { maxmemory: 2_000_000, used_memory: 2_100_000, used_memory_startup: 1_600_000, db0: 'keys=9' })
    },
  ],
  [
    'memory that a client takes up',
    (m2) => {
      forAWhile(m2, 'SET', refuse(oom), 'OK')
      memory(m2, { maxmemory: 2_000_000, used_memory: 2_100_000, mem_clients_normal: 500_000 })
    },
  ],
  ['a disk without room', (m2) => forAWhile(m2, 'SET', refuse('MISCONF Errors writing to the AOF file'), 'OK')],
  ['data that is loaded', (m2) => forAWhile(m2, 'PING', refuse('LOADING Redis is loading'), 'PONG')],
  [
    'a replica that is about to connect',
    (_, r2) => {
      const reply = (status: string) => `role:slave\r\nmaster_link_status:${status}\r\n`
      forAWhile(r2, 'INFO replication', () => reply('down'), reply('up'))
      r2.answer('INFO server', () => 'redis_version:7.0.15\r\n')
      configured(r2, 'maxclients', '10000')
    },
  ],
  ['a node that cannot tell more', (m2) => forAWhile(m2, 'SET', refuse(noReplicas), 'OK')],
])('it goes on: %s', async (_, fault) => {
  fault(cluster.node('m2'), cluster.node('r2'))
  expect(await wait()).toBeUndefined()
})

test('an error at the deadline is one that more time could have changed', async () => {
  cluster.node('m2').answer('CLUSTER INFO', () => 'cluster_state:fail\r\n')
  const error = await thrownBy(() => waitReady(cluster.nodes, cluster.shape, { level: 'full', deadline: Date.now() }))
  expect(cannotImprove(error)).toBe(false)
})
