import { beforeEach, expect, test } from 'vitest'
import { measureReady, startClimb } from '../../../src/cluster/index.js'
import type { NodeClient } from '../../../src/node/index.js'
import { fakeCluster, nodesText, type FakeCluster, type FakeNode } from './fake-cluster.js'
import { id } from './instant/servers.js'

let cluster: FakeCluster
beforeEach(() => {
  cluster = fakeCluster()
})

const measure = async () => {
  const climb = startClimb(cluster.nodes, { ...cluster.shape, mayDiffer: true })
  return { ...(await measureReady(climb)), outside: [...climb.outside].map(({ name }) => name) }
}
/** What every node says, changed. */
const allSee = (change: (text: string, viewer: string) => string) => {
  for (const node of cluster.nodes) node.answer('CLUSTER NODES', () => change(nodesText(node.name), node.name))
}
const foreignLine = (words: string) => `${id('f')} 127.0.0.1:7999@17999 ${words}\n`
const answering = (text: string) => async (): Promise<NodeClient> =>
  ({ text: async () => text, close: () => {} }) as unknown as NodeClient

test('with a dead master and its dead replica the rest is assigned and not served', async () => {
  for (const name of ['m1', 'r1']) cluster.node(name).state = 'crashed'
  for (const name of ['m2', 'm3']) cluster.node(name).answer('CLUSTER INFO', () => 'cluster_state:fail\r\n')
  expect((await measure()).slots).toEqual({
    assigned: 16_384,
    served: 0,
    unserved: [
      { reason: 'm1 has crashed', slots: [[0, 5460]] },
      { reason: 'cluster_state is "fail" on m2', slots: [[5461, 10_922]] },
      { reason: 'cluster_state is "fail" on m3', slots: [[10_923, 16_383]] },
    ],
  })
})

test('masters that go on without full coverage serve their own slots', async () => {
  cluster.node('m1').state = 'paused'
  expect((await measure()).slots).toMatchObject({
    assigned: 16_384,
    served: 10_923,
    unserved: [{ reason: 'm1 is paused', slots: [[0, 5460]] }],
  })
})

test('slots that no node owns are named', async () => {
  allSee((text) => text.replace('0-5460', '0-99 200-5460'))
  expect((await measure()).slots).toEqual({
    assigned: 16_284,
    served: 16_284,
    unserved: [{ reason: 'no node owns them', slots: [[100, 199]] }],
  })
})

test('a node with a higher epoch owns what two claim', async () => {
  cluster.node('m1').state = 'crashed'
  const r1: FakeNode = cluster.node('r1')
  r1.answer('CLUSTER NODES', () =>
    nodesText('r1').replace(/myself,slave \S+ 0 0 1 connected/, 'myself,master - 0 0 9 connected 0-5460'),
  )
  expect((await measure()).slots.served).toBe(16_384)
})

test('a cluster with other masters, and with an empty foreign node that is dead, is fully ready', async () => {
  allSee((text) => text + foreignLine('master,fail - 0 0 0 disconnected'))
  expect(await measure()).toMatchObject({ level: 'full', reasons: [] })
  allSee((text) => text.replace('0-5460', '').replace('5461-10922', '0-10922'))
  expect(await measure()).toMatchObject({ level: 'full', reasons: [] })
})

test.each([
  ['serves', answering('cluster_state:ok\r\n'), 'full', []],
  [
    'is down',
    async () => {
      throw new Error('ECONNREFUSED')
    },
    'agreed',
    ['m1 (port 6001): 127.0.0.1:7999, which is not of this lab, does not answer (ECONNREFUSED)'],
  ],
] as const)('a foreign node that owns slots and %s counts', async (_, connectTo, level, reasons) => {
  allSee((text) => text.replace('0-5460', '10-5460') + foreignLine('master - 0 0 9 connected 0-9'))
  for (const node of cluster.nodes) Object.assign(node, { connectTo })
  expect(await measure()).toMatchObject({ level, reasons })
})

test('a node that is alone and known to nobody is outside, and keeps nothing from being ready', async () => {
  allSee((text, viewer) => {
    const lines = text.split('\n').filter((line) => line !== '')
    return viewer === 'r3' ? (lines.at(-1) ?? '').replace(/slave \S+/, 'master -') : lines.slice(0, -1).join('\n')
  })
  cluster.node('r3').answer('CLUSTER INFO', () => 'cluster_state:fail\r\n')
  cluster.node('m3').answer('WAIT', () => 0)
  expect(await measure()).toMatchObject({ level: 'full', reasons: [], outside: ['r3'] })
})

test('nodes that are all alone are no cluster', async () => {
  allSee((text, viewer) =>
    (text.split('\n').find((line) => line.includes('myself')) ?? viewer).replace(/ \d+-\d+$/, ''),
  )
  expect(await measure()).toMatchObject({ level: 'alive', slots: { assigned: 0, served: 0 } })
})
