import { beforeEach, expect, test } from 'vitest'
import { waitReady } from '../../../src/cluster/index.js'
import { LabError } from '../../../src/errors.js'
import type { LabEvent } from '../../../src/events.js'
import { thrownBy } from '../support.js'
import { fakeCluster, nodesText, type FakeCluster, type FakeNode } from './fake-cluster.js'

let cluster: FakeCluster
beforeEach(() => {
  cluster = fakeCluster()
})

/** A deadline that no passing test reaches. */
const soon = () => Date.now() + 5000

/** Answers so for the first few times, and as before from then on. */
function atFirst(node: FakeNode, command: string, times: number, bad: string, good: string): void {
  let left = times
  node.answer(command, () => (left-- > 0 ? bad : good))
}

test('the levels are climbed in order, and each is told once it holds', async () => {
  const events: LabEvent[] = []
  await waitReady(cluster.nodes, cluster.shape, {
    level: 'full',
    deadline: soon(),
    emit: (event) => events.push(event),
  })
  const levels = events.map((event) => (event.type === 'ready-progress' ? event.level : event.type))
  expect([...new Set(levels)]).toEqual(['alive', 'agreed', 'ok', 'replicas', 'full'])
  expect(events.every((event) => event.type === 'ready-progress' && event.missing.length === 0)).toBe(true)
})

test('nothing is asked beyond the wanted level', async () => {
  await waitReady(cluster.nodes, cluster.shape, { level: 'ok', deadline: soon() })
  const asked = new Set(cluster.nodes.flatMap((node) => node.asked))
  expect([...asked]).toEqual(['PING', 'CLUSTER NODES', 'CLUSTER INFO'])
})

test('only who lacked something is asked again', async () => {
  atFirst(cluster.node('m2'), 'CLUSTER INFO', 3, 'cluster_state:fail\r\n', 'cluster_state:ok\r\n')
  await waitReady(cluster.nodes, cluster.shape, { level: 'ok', deadline: soon() })
  const times = cluster.nodes.map((node) => node.askedFor('CLUSTER INFO').length)
  expect(times).toEqual([1, 4, 1, 1, 1, 1])
})

test('when nodes disagree everybody is asked again, for anybody may have been wrong', async () => {
  const other = nodesText('m2').replace('0-5460', '0-5461').replace('5461-', '5462-')
  atFirst(cluster.node('m2'), 'CLUSTER NODES', 1, other, nodesText('m2'))
  await waitReady(cluster.nodes, cluster.shape, { level: 'agreed', deadline: soon() })
  expect(cluster.nodes.map((node) => node.askedFor('CLUSTER NODES').length)).toEqual([2, 2, 2, 2, 2, 2])
})

test('the views in which all agreed are handed back', async () => {
  const { views } = await waitReady(cluster.nodes, cluster.shape, { level: 'agreed', deadline: soon() })
  expect(cluster.nodes.map((node) => views.get(node)?.length)).toEqual([6, 6, 6, 6, 6, 6])
})

test('at the deadline the error says, node by node, what is missing', async () => {
  cluster.node('m2').answer('CLUSTER INFO', () => 'cluster_state:fail\r\n')
  cluster.node('r1').answer('CLUSTER INFO', () => 'cluster_state:fail\r\n')
  const error = await thrownBy(() => waitReady(cluster.nodes, cluster.shape, { level: 'full', deadline: Date.now() }))
  expect(error).toBeInstanceOf(LabError)
  expect(error).toMatchObject({
    code: 'not-ready',
    message: 'the cluster did not reach the level "ok" in its time',
    details: ['m2 (port 6002): cluster_state is "fail"', 'r1 (port 6004): cluster_state is "fail"'],
  })
})

test('a wait ends with the reason of its signal, whatever is still missing', async () => {
  const controller = new AbortController()
  const reason = new LabError({ code: 'node-failed', message: 'm2 has ended' })
  cluster.node('m2').answer('CLUSTER INFO', () => {
    controller.abort(reason)
    return 'cluster_state:fail\r\n'
  })
  const options = { level: 'full', deadline: soon(), signal: controller.signal } as const
  expect(await thrownBy(() => waitReady(cluster.nodes, cluster.shape, options))).toBe(reason)
  expect(cluster.node('m2').askedFor('CLUSTER INFO')).toHaveLength(1)
})

test('what was proven while the signal was aborted counts no more', async () => {
  const controller = new AbortController()
  cluster.node('m2').answer('CLUSTER INFO', () => {
    controller.abort('over')
    return 'cluster_state:ok\r\n'
  })
  const options = { level: 'ok', deadline: soon(), signal: controller.signal } as const
  expect(await thrownBy(() => waitReady(cluster.nodes, cluster.shape, options))).toBe('over')
})

test('an aborted wait asks nobody', async () => {
  const options = { level: 'full', deadline: soon(), signal: AbortSignal.abort('over') } as const
  expect(await thrownBy(() => waitReady(cluster.nodes, cluster.shape, options))).toBe('over')
  expect(cluster.nodes.flatMap((node) => node.asked)).toEqual([])
})
