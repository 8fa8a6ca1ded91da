import calculateSlot from 'cluster-key-slot'
import { beforeEach, expect, test } from 'vitest'
import { allServed, isAtLeast, measureReady, startClimb } from '../../../src/cluster/index.js'
import { fakeCluster, nodesText, shardsReply, slotsReply, type FakeCluster, type FakeNode } from './fake-cluster.js'

let cluster: FakeCluster
beforeEach(() => {
  cluster = fakeCluster()
})

const measure = () => measureReady(startClimb(cluster.nodes, cluster.shape))
const refuse = (message: string) => () => {
  throw new Error(message)
}

test('a healthy cluster is fully ready', async () => {
  expect(await measure()).toEqual({ level: 'full', reasons: [], slots: allServed })
})

type Fault = (m2: FakeNode, r2: FakeNode) => void
const sees = (change: (text: string) => string): Fault => {
  return (m2) => m2.answer('CLUSTER NODES', () => change(nodesText('m2')))
}

test.each<[string, string, Fault]>([
  [
    'none',
    'm2 (port 6002): it has crashed (nobody saw how); redis-lab logs m2 shows why',
    (m2) => void (m2.state = 'crashed'),
  ],
  ['none', 'm2 (port 6002): it is paused; redis-lab resume m2 lets it run on', (m2) => void (m2.state = 'paused')],
  ['none', 'm2 (port 6002): LOADING', (m2) => m2.answer('PING', refuse('LOADING'))],
  [
    'alive',
    'm2 (port 6002): it knows a node on port 7777 that is not of this lab',
    sees((text) => text.replace(':6006@', ':7777@')),
  ],
  ['alive', 'm2 (port 6002): it does not know r2, r3', sees((text) => text.split('\n').slice(0, 4).join('\n'))],
  ['alive', 'm2 (port 6002): it knows 7 nodes instead of 6', sees((text) => text + text.slice(0, text.indexOf('\n')))],
  [
    'alive',
    'm2 (port 6002): it sees m3 as "fail?"',
    sees((text) => text.replace(' master - 0 0 3', ' master,fail? - 0 0 3')),
  ],
  ['alive', 'm2 (port 6002): it sees r1 as "handshake"', sees((text) => text.replace(' slave ', ' handshake '))],
  [
    'alive',
    'm2 (port 6002): it knows an owner for 16383 of 16384 slots',
    sees((text) => text.replace('0-5460', '1-5460')),
  ],
  ['alive', 'm2 (port 6002): it sees 4 masters instead of 3', sees((text) => text.replace(' slave ', ' master '))],
  [
    'alive',
    'm2 (port 6002): it disagrees with m1 about who owns which slots',
    sees((text) => text.replace('0-5460', '0-5461').replace('5461-', '5462-')),
  ],
  [
    'agreed',
    'm2 (port 6002): cluster_state is "fail"',
    (m2) => m2.answer('CLUSTER INFO', () => 'cluster_state:fail\r\n'),
  ],
  [
    'ok',
    'r2 (port 6005): its link to its master is not up',
    (_, r2) => r2.answer('INFO replication', () => 'role:slave\r\nmaster_link_status:down\r\n'),
  ],
  ['ok', 'm2 (port 6002): it refuses writes: READONLY', (m2) => m2.answer('SET', refuse('READONLY'))],
  [
    'ok',
    'm2 (port 6002): it does not list r2 as available',
    (m2, r2) => m2.answer('CLUSTER SLOTS', () => slotsReply([r2.id])),
  ],
  [
    'ok',
    'm2 (port 6002): it does not list r2 as available',
    (m2, r2) => m2.answer('CLUSTER SHARDS', () => shardsReply([r2.id])),
  ],
  ['replicas', 'm2 (port 6002): 0 of 1 replicas acknowledged a write', (m2) => m2.answer('WAIT', () => 0)],
])('only "%s" is proven when: %s', async (level, reason, fault) => {
  fault(cluster.node('m2'), cluster.node('r2'))
  expect(await measure()).toMatchObject({ level, reasons: [reason] })
})

test('every node that lacks something is told, each with its own reason', async () => {
  cluster.node('m1').answer('PING', refuse('no answer'))
  cluster.node('r3').state = 'stopped'
  expect((await measure()).reasons).toEqual([
    'm1 (port 6001): no answer',
    'r3 (port 6006): it was stopped on purpose; redis-lab start r3 starts it',
  ])
})

test('when a node is away, what the others make of it is told too, and their views are those of now', async () => {
  cluster.node('m1').state = 'crashed'
  for (const name of ['m2', 'r3']) cluster.node(name).answer('CLUSTER INFO', () => 'cluster_state:fail\r\n')
  const climb = startClimb(cluster.nodes, cluster.shape)
  expect((await measureReady(climb)).reasons[1]).toBe('cluster_state is not "ok" on m2, r3: commands are refused there')
  expect([...climb.views.keys()].map(({ name }) => name)).toEqual(['m2', 'm3', 'r1', 'r2', 'r3'])
})

test('a server that has no CLUSTER SHARDS is judged by CLUSTER SLOTS alone', async () => {
  for (const node of cluster.nodes) node.answer('CLUSTER SHARDS', refuse('ERR Unknown subcommand'))
  expect((await measure()).level).toBe('full')
})

test('a cluster without replicas asks nobody to acknowledge', async () => {
  const masters = cluster.nodes.slice(0, 3)
  for (const master of masters) {
    const own = nodesText(master.name).split('\n').slice(0, 3).join('\n')
    master.answer('CLUSTER NODES', () => own)
  }
  expect(await measureReady(startClimb(masters, { masters: 3, replicas: 0 }))).toMatchObject({ level: 'full' })
  expect(masters.flatMap((master) => master.askedFor('WAIT'))).toEqual([])
})

test('the probe writes to masters only, into their own slots, for a short time, and removes what it wrote', async () => {
  await measure()
  const ranges = { m1: [0, 5460], m2: [5461, 10922], m3: [10923, 16383] }
  for (const [name, [first = NaN, last = NaN]] of Object.entries(ranges)) {
    const master = cluster.node(name)
    const keys = master.askedFor('SET').map((command) => command.split(' ')[1] ?? '')
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) {
      expect(calculateSlot(key)).toBeGreaterThanOrEqual(first)
      expect(calculateSlot(key)).toBeLessThanOrEqual(last)
    }
    expect(master.askedFor('SET').every((command) => / EX \d+$/.test(command))).toBe(true)
    expect(master.askedFor('DEL')).toEqual(keys.map((key) => `DEL ${key}`))
  }
  for (const replica of cluster.nodes.slice(3)) expect(replica.askedFor('SET')).toEqual([])
})

test('levels are ordered, weakest first', () => {
  expect(isAtLeast('full', 'alive')).toBe(true)
  expect(isAtLeast('ok', 'ok')).toBe(true)
  expect(isAtLeast('agreed', 'ok')).toBe(false)
})
