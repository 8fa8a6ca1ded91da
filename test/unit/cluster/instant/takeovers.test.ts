import { beforeEach, expect, test } from 'vitest'
import { orderOfTakeovers, seesOwners, takeOver } from '../../../../src/cluster/create/instant/steps.js'
import type { Target, TargetMaster } from '../../../../src/cluster/create/instant/target.js'
import { patiently } from '../../../../src/cluster/create/patiently.js'
import { planTopology, type Server } from '../../../../src/cluster/index.js'
import { ConnectionError, ReplyError } from '../../../../src/node/index.js'
import { thrownBy } from '../../support.js'
import { fakeCluster, nodesText, type FakeCluster } from '../fake-cluster.js'

let cluster: FakeCluster
let masters: TargetMaster[]
beforeEach(() => {
  cluster = fakeCluster()
  const planned = planTopology({ masters: 3, replicas: 0, ports: [6001, 6002, 6003] })
  masters = planned.map(({ name, slots = [0, 0] }) => {
    const server = cluster.node(name)
    return { server: server as unknown as Server, id: server.id, shardId: '', slots: [slots] }
  })
})

/** Each with those that it has called. */
function calls(made: Record<string, readonly string[]>): void {
  for (const [caller, called] of Object.entries(made)) {
    const text = nodesText(caller)
      .split('\n')
      .map((line) => {
        const to = ['m1', 'm2', 'm3'].find((name) => line.startsWith(cluster.node(name).id))
        return to === undefined || to === caller || called.includes(to)
          ? line
          : line.replace('connected', 'disconnected')
      })
    cluster.node(caller).answer('CLUSTER NODES', () => text.join('\n'))
  }
}
const order = async () => (await orderOfTakeovers(masters))?.map(({ server }) => server.name)
const patience = () => ({
  deadline: Date.now() + 5000,
  signal: new AbortController().signal,
  shape: { masters: 3, replicas: 3 },
})

test('whoever has called more takes over earlier, so that all after it hear of it', async () => {
  calls({ m1: [], m2: ['m1'], m3: ['m1', 'm2'] })
  expect(await order()).toEqual(['m3', 'm2', 'm1'])
})

test('calls in both directions leave the choice, and there is one', async () => {
  calls({ m1: ['m2'], m2: ['m1'], m3: ['m1', 'm2'] })
  expect((await order())?.[0]).toBe('m3')
})

test('while two have not called each other there is no order', async () => {
  calls({ m1: [], m2: ['m1'], m3: ['m1'] })
  expect(await order()).toBeUndefined()
})

test('calls in a circle are no order either', async () => {
  calls({ m1: ['m2'], m2: ['m3'], m3: ['m1'] })
  expect(await order()).toBeUndefined()
})

test('a master alone is an order', async () => {
  calls({ m1: [] })
  expect(await orderOfTakeovers(masters.slice(0, 1))).toHaveLength(1)
})

test('each takes over when it has heard of the one before, and the epochs are told', async () => {
  let epoch = 0
  for (const { server } of masters) {
    const node = cluster.node(server.name)
    let own = 0
    let late = 2
    node.answer('CLUSTER FAILOVER TAKEOVER', () => {
      own = ++epoch
      return 'OK'
    })
    // The news needs a moment.
    node.answer('CLUSTER INFO', () => {
      const current = own > 0 ? own : late-- > 0 ? 0 : epoch
      return `cluster_current_epoch:${current}\r\ncluster_my_epoch:${own}\r\n`
    })
  }
  const epochs = await takeOver(masters, patience())
  expect(masters.map((master) => epochs.get(master))).toEqual([1, 2, 3])
})

test('a takeover whose answer was lost is asked for again, and one that has happened counts', async () => {
  let epoch = 0
  for (const { server } of masters) {
    const node = cluster.node(server.name)
    let own = 0
    node.answer('CLUSTER FAILOVER TAKEOVER', () => {
      if (own > 0) throw new ReplyError('ERR You should send CLUSTER FAILOVER to a replica')
      own = ++epoch
      throw new ConnectionError('no answer within 3000 ms')
    })
    node.answer('CLUSTER INFO', () => `cluster_current_epoch:${epoch}\r\ncluster_my_epoch:${own}\r\n`)
  }
  const epochs = await takeOver(masters, patience())
  expect(masters.map((master) => epochs.get(master))).toEqual([1, 2, 3])
})

test.each([
  ['a refusal', () => new ReplyError('NOPERM')],
  ['a connection that stays lost', () => new ConnectionError('gone')],
])('%s is not asked again for ever', async (_, error) => {
  const thrown = error()
  const ask = () => Promise.reject(thrown)
  const impatience = { ...patience(), deadline: Date.now() }
  await expect(patiently([cluster.node('m1')], impatience, ask)).rejects.toBe(thrown)
})

test('a takeover that is never heard of is an error that names who did not hear', async () => {
  for (const { server } of masters) {
    const node = cluster.node(server.name)
    node.answer('CLUSTER FAILOVER', () => 'OK')
    node.answer('CLUSTER INFO', () => `cluster_current_epoch:0\r\ncluster_my_epoch:5\r\n`)
  }
  const failure = await thrownBy(() => takeOver(masters, { ...patience(), deadline: Date.now() }))
  expect(failure).toMatchObject({
    code: 'create-failed',
    message: 'forming instantly did not get as far as "takeovers in turn" on m2',
  })
})

test('a master sees the owners when it sees each with exactly its slots', async () => {
  const target: Target = { masters, replicas: [], lastEpoch: 0, lastVoteEpoch: 0 }
  const [m1] = masters
  if (!m1) throw new Error('no master')
  expect(await seesOwners(target, m1)).toBe(true)
  cluster.node('m1').answer('CLUSTER NODES', () => nodesText('m1').replace('5461-10922', '5461-10921'))
  expect(await seesOwners(target, m1)).toBe(false)
})
