import { beforeEach, expect, test } from 'vitest'
import { TemporaryChanges } from '../../../src/cluster/index.js'
import type { RedisNode } from '../../../src/node/index.js'
import type { NodeBaseline } from '../../../src/supervisor/baseline.js'
import { settingNotes } from '../../../src/supervisor/setting-notes.js'
import { fakeCluster, type FakeNode } from '../cluster/fake-cluster.js'

let nodes: FakeNode[]
let temporary: TemporaryChanges
beforeEach(() => {
  const cluster = fakeCluster()
  nodes = ['m1', 'm2', 'r1'].map((name) => cluster.node(name))
  temporary = new TemporaryChanges()
})

const baseline = Promise.resolve(
  new Map<string, NodeBaseline>(
    ['m1', 'm2', 'r1'].map((name) => [name, { config: { hz: '10', 'cluster-node-timeout': '5000' }, users: [] }]),
  ),
)

/** What each node has, as its version tells it. */
function have(settings: Record<string, string>, version = '7.0.15'): void {
  for (const node of nodes) {
    Object.assign(node, { build: { engine: 'redis', version } })
    node.answer('CONFIG GET', () => {
      const names = node.asked.at(-1)?.split(' ').slice(2) ?? []
      return names.flatMap((name) => (settings[name] === undefined ? [] : [name, settings[name]]))
    })
    node.answer('CONFIG SET', () => 'OK')
  }
}
const notes = () => settingNotes(nodes as unknown as RedisNode[], { baseline, temporary })

test('where nothing differs there is no note, for one question to each node', async () => {
  have({ hz: '10', 'cluster-node-timeout': '5000', 'repl-diskless-sync': 'yes' })
  expect(await notes()).toEqual([])
  expect(nodes.map(({ asked }) => asked.length)).toEqual([1, 1, 1])
})

test.each(['7.0.15', '6.2.16'])(
  'a difference is told with the nodes, the values and what puts it back (%s)',
  async (version) => {
    have({ hz: '50', 'cluster-node-timeout': '5000' }, version)
    expect(await notes()).toEqual([
      'm1, m2, r1: hz is 50 instead of 10; redis-lab cli m1 -- CONFIG SET hz 10 puts it back on m1, and the same on each of the others',
    ])
  },
)

test('a node that is away, or does not answer, has no note', async () => {
  have({ hz: '50' })
  const [m1, m2] = nodes
  if (m1) m1.state = 'paused'
  Object.assign(m2 ?? {}, { client: () => Promise.reject(new Error('gone')) })
  expect(await notes()).toEqual(['r1: hz is 50 instead of 10; redis-lab cli r1 -- CONFIG SET hz 10 puts it back'])
})

test('what is overridden at this moment is no difference', async () => {
  have({ hz: '50' })
  const [m1] = nodes
  if (m1) await temporary.config.override([m1], 'hz', '50')
  expect((await notes())[0]).toMatch(/^m2, r1: hz is 50/)
})
