import { expect, test } from 'vitest'
import { parseNodes } from '../../../src/cluster/index.js'
import { withShardIds } from '../../../src/cluster/shard-ids.js'

const id = (digit: string) => digit.repeat(40)
const text = [
  `${id('a')} 127.0.0.1:7001@17001 master - 0 0 1 connected 0-8191`,
  `${id('b')} 127.0.0.1:7002@17002,name master - 0 0 2 connected 8192-16383`,
  `${id('c')} 127.0.0.1:7003@17003 myself,slave ${id('a')} 0 0 1 connected`,
  `${id('d')} 127.0.0.1:7004@17004,,shard-id=${id('4')} slave ${id('b')} 0 0 2 connected`,
  'vars currentEpoch 2 lastVoteEpoch 0',
  '',
].join('\n')
const shards = (known = new Map<string, string>()): Record<string, string | undefined> =>
  Object.fromEntries(parseNodes(withShardIds(text, known)).map((node) => [node.id.charAt(0), node.shardId] as const))

test('a master and its replicas get one id, another shard another', () => {
  const { a, b, c } = shards()
  expect(a).toMatch(/^[0-9a-f]{40}$/)
  expect(c).toBe(a)
  expect(b).not.toBe(a)
})

test('whoever says one keeps it, and nothing but the addresses changes', () => {
  expect(shards()).toMatchObject({ d: id('4') })
  expect(withShardIds(text, new Map()).replaceAll(/,?,shard-id=[0-9a-f]{40}/g, '')).toBe(
    text.replaceAll(/,?,shard-id=[0-9a-f]{40}/g, ''),
  )
})

test('what a node that was upgraded before says of its shard counts', () => {
  expect(shards(new Map([[id('a'), id('5')]]))).toMatchObject({ a: id('5'), c: id('5') })
})

test('made up on every node, it is the same; and done twice it is as done once', () => {
  expect(shards()).toEqual(shards())
  const once = withShardIds(text, new Map())
  expect(withShardIds(once, new Map([[id('b'), id('6')]]))).toBe(once)
})
