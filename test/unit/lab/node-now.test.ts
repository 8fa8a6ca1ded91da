import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isReplaced, NodeNow } from '../../../src/lab/node-now.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()
const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]

const line = (id: string, flags: string, master: string, epoch: number, slots: string) =>
  `${id} 127.0.0.1:${id === a ? 6001 : 6004}@16001,,shard-id=${'c'.repeat(40)} ${flags} ${master} 0 0 ${epoch} connected ${slots}`.trimEnd()
const masterA = [line(a, 'myself,master', '-', 1, '0-5460'), line(b, 'slave', a, 1, '')]
const replicaA = [line(a, 'myself,slave', b, 7, ''), line(b, 'master', '-', 7, '0-5460')]

function put(lines: readonly string[], name = 'node'): string {
  const dir = temp(name)
  mkdirSync(dir, { recursive: true })
  writeFileSync(`${dir}/nodes.conf`, [...lines, 'vars currentEpoch 7 lastVoteEpoch 7', ''].join('\n'))
  return dir
}

test('a node is what its file says, and its master is known by its port', () => {
  const node = new NodeNow(put(masterA))
  expect(node.read()).toMatchObject({ id: a, role: 'master', masterPort: null })
  put(replicaA)
  expect(node.read()).toMatchObject({ id: a, role: 'replica', masterPort: 6004 })
})

test('a change is seen at once: of the same size, at the same time, and in the place of the old file', () => {
  const dir = put(masterA)
  const file = `${dir}/nodes.conf`
  const node = new NodeNow(dir)
  node.read()
  const sameSize = [line(b, 'myself,master', '-', 1, '0-5460'), line(a, 'slave', b, 1, '')]
  put(sameSize)
  expect(node.read()).toMatchObject({ id: b })
  const long = new Date(Date.now() - 60_000)
  utimesSync(file, long, long)
  expect(node.read()).toMatchObject({ id: b })
  writeFileSync(`${file}.new`, masterA.join('\n'))
  utimesSync(`${file}.new`, long, long)
  renameSync(`${file}.new`, file)
  expect(node.read()).toMatchObject({ id: a })
})

test('in the middle of a write, or when the file is gone, it is what it was', () => {
  const dir = put(masterA)
  const node = new NodeNow(dir)
  node.read()
  writeFileSync(`${dir}/nodes.conf`, masterA[0]?.slice(0, 60) ?? '')
  expect(node.read()).toMatchObject({ id: a, role: 'master' })
  renameSync(`${dir}/nodes.conf`, `${dir}/elsewhere`)
  expect(node.read()).toMatchObject({ id: a, role: 'master' })
})

test('a node without a file is nothing yet', () => {
  expect(new NodeNow(temp('nobody')).read()).toBeUndefined()
})

test('a master is replaced where another has its slots with a higher epoch', () => {
  const read = (lines: readonly string[], name: string) => new NodeNow(put(lines, name)).read() ?? fail()
  const old = read([line(a, 'myself,master', '-', 1, '0-5460')], 'old')
  const promoted = read([line(b, 'myself,master', '-', 7, '0-5460')], 'new')
  const beside = read([line(b, 'myself,master', '-', 7, '5461-10922')], 'beside')
  expect(isReplaced(old, [old, promoted])).toBe(true)
  expect(isReplaced(promoted, [old, promoted])).toBe(false)
  expect(isReplaced(old, [old, beside])).toBe(false)
})

const fail = (): never => {
  throw new Error('the file could not be read')
}
