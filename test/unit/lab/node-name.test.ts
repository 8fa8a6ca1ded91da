import { expect, test } from 'vitest'
import { resolveNode } from '../../../src/lab/index.js'
import { idOf, sampleRecord } from '../samples.js'
import { thrownBy } from '../support.js'

const record = sampleRecord()

test.each([
  ['6001', 'm1'],
  ['m2', 'm2'],
  ['r3', 'r3'],
  ['cc', 'm3'],
  [idOf(3), 'r1'],
])('%s is %s', (said, name) => expect(resolveNode(record, said).name).toBe(name))

test('a name comes before an id that begins like it', () => {
  const nodes = record.nodes.map((node, index) => (index === 5 ? { ...node, id: '6001'.repeat(10) } : node))
  expect(resolveNode({ ...record, nodes }, '6001').name).toBe('m1')
})

test.each(['m4', '6007', 'M1', '', 'a', 'zz', '../m1'])(
  'there is no node %j, and the hint lists those there are',
  async (said) => {
    expect(await thrownBy(() => resolveNode(record, said))).toMatchObject({
      code: 'node-not-found',
      message: `the lab "default" has no node ${JSON.stringify(said)}`,
      hint:
        'A node is a port, a name or the beginning of an id. ' +
        'There is: m1 (6001), m2 (6002), m3 (6003), r1 (6004), r2 (6005), r3 (6006)',
    })
  },
)

test('a beginning that fits two ids is not guessed at', async () => {
  const nodes = record.nodes.map((node, index) => ({ ...node, id: `ab${index}`.padEnd(40, '0') }))
  expect(resolveNode({ ...record, nodes }, 'ab2').name).toBe('m3')
  expect(await thrownBy(() => resolveNode({ ...record, nodes }, 'ab'))).toMatchObject({
    code: 'node-not-found',
    message: '6 nodes have an id that begins with ab',
  })
})

test('a node that has no id yet is found by name and not by an id', async () => {
  const nodes = record.nodes.map((node) => ({ ...node, id: null }))
  expect(resolveNode({ ...record, nodes }, 'm1').port).toBe(6001)
  expect(await thrownBy(() => resolveNode({ ...record, nodes }, 'aa'))).toMatchObject({ code: 'node-not-found' })
})
