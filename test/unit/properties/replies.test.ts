import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Member } from '../../../src/cluster/member.js'
import { askAvailableReplicas, askInfo } from '../../../src/cluster/view.js'
import type { NodeClient, Reply } from '../../../src/node/index.js'
import { anyText, hexId } from './arbitraries.js'

/** Answers each question with the reply that stands under its second word; an Error is thrown. */
function memberThat(replies: Record<string, Reply | Error>): Member {
  const call = async (_: string, what: string) => {
    const reply = replies[what] ?? null
    if (reply instanceof Error) throw reply
    return reply
  }
  const client = { call, text: async (...words: [string, string]) => String(await call(...words)) }
  return { client: async () => client as unknown as NodeClient } as unknown as Member
}

const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Reply>(null, 'nodes', 'id', 'health', 'online', 'loading'),
    fc.integer(),
    anyText,
    fc.array(tie('reply'), { maxLength: 5 }),
  ),
}))

/** The right shape, with anything in place of an id: the same things in both replies, so that they meet. */
const odd = fc.array(fc.oneof(fc.constantFrom<Reply>(null, 1, 'a', ['a'], []), reply), { minLength: 1, maxLength: 4 })
const oddSlots = (ids: readonly Reply[]): Reply => [[0, 1, ['', 1, 'm'], ...ids.map((id): Reply => ['', 1, id])]]
const oddShards = (ids: readonly Reply[]): Reply => [['nodes', ids.map((id): Reply => ['id', id, 'health', 'online'])]]
const replies = fc.oneof(
  fc.tuple(reply, reply),
  odd.map((ids): [Reply, Reply] => [oddSlots(ids), oddShards(ids)]),
)

function textsIn(reply: Reply): string[] {
  if (Array.isArray(reply)) return reply.flatMap(textsIn)
  return typeof reply === 'string' ? [reply] : []
}

test('whatever CLUSTER SLOTS and SHARDS answer, a replica is a text that stands in both', async () => {
  await fc.assert(
    fc.asyncProperty(replies, async ([slots, shards]) => {
      const found = await askAvailableReplicas(memberThat({ SLOTS: slots, SHARDS: shards }))
      for (const id of found) expect(textsIn(slots)).toContain(id)
      if (shards !== null) for (const id of found) expect(textsIn(shards)).toContain(id)
    }),
    { numRuns: 300 },
  )
})

interface Shard {
  readonly master: string
  readonly replicas: readonly { readonly id: string; readonly listed: boolean; readonly online: boolean }[]
}
const replica = fc.record({ id: hexId, listed: fc.boolean(), online: fc.boolean() })
const shards: fc.Arbitrary<Shard[]> = fc.array(
  fc.record({ master: hexId, replicas: fc.array(replica, { maxLength: 3 }) }),
  {
    maxLength: 4,
  },
)

const slotsReply = (given: readonly Shard[]): Reply =>
  given.map(({ master, replicas }) => {
    const listed = replicas.filter((one) => one.listed).map(({ id }) => ['127.0.0.1', 6004, id, []])
    return [0, 5460, ['127.0.0.1', 6001, master, []], ...listed]
  })
const node = (id: string, role: string, online: boolean): Reply => {
  return ['id', id, 'port', 6001, 'role', role, 'health', online ? 'online' : 'loading']
}
const shardsReply = (given: readonly Shard[]): Reply =>
  given.map(({ master, replicas }) => {
    const nodes = [node(master, 'master', true), ...replicas.map(({ id, online }) => node(id, 'replica', online))]
    return ['slots', [0, 5460], 'nodes', nodes]
  })

test('a replica is available when SLOTS lists it and SHARDS has it online; before 7.0 SLOTS alone decides', async () => {
  await fc.assert(
    fc.asyncProperty(shards, fc.boolean(), async (given, hasShards) => {
      const answered = hasShards ? shardsReply(given) : new Error('ERR unknown subcommand')
      const found = await askAvailableReplicas(memberThat({ SLOTS: slotsReply(given), SHARDS: answered }))
      const expected = given
        .flatMap(({ replicas }) => replicas)
        .filter((one) => one.listed && (one.online || !hasShards))
      expect(found).toEqual(new Set(expected.map(({ id }) => id)))
    }),
  )
})

test('INFO is read line by line, whatever stands in it', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, anyText, async (before, after) => {
      const info = await askInfo(memberThat({ INFO: `${before}\r\ncluster_state:a:b\r\n${after}` }), 'CLUSTER', 'INFO')
      fc.pre(!`\n${after}`.includes('\ncluster_state:'))
      expect(info.get('cluster_state')).toBe('a:b')
    }),
    { numRuns: 300 },
  )
})
