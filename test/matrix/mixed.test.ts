/** Clusters whose nodes run different releases, formed by both creators: every node sees the same shards. */
import { expect, test } from 'vitest'
import { had, isHad, release, unlessHad } from './support/pair.js'
import { useScratch } from '../support/scratch.js'
import { shardsSeenBy } from '../support/shards.js'
import { folders, Group } from '../cluster/group.js'
import { planned, seen, viewOf } from '../cluster/view.js'

const scratch = useScratch('file')
const newFolder = folders(() => scratch.dir)
// 7.0 says no shard ids; 8.0 and Valkey do.
const silent = release('redis', '7.0')
const redis = release('redis', '8.0')
const valkey = release('valkey')

const both = [silent, redis, valkey].every(isHad) ? test.concurrent : test.skip
both.each([
  ['instant', 'a master and its replica', 'Redis 8', redis, ['m3', 'r3']],
  ['instant', 'a master and its replica', 'Valkey', valkey, ['m3', 'r3']],
  ['instant', 'all but one master', 'Redis 8', redis, ['m1', 'm2', 'r1', 'r2', 'r3']],
  ['instant', 'one replica', 'Valkey', valkey, ['r2']],
  ['redis-cli', 'a master and its replica', 'Redis 8', redis, ['m3', 'r3']],
] as const)(
  `%s: a cluster of 7.0 in which %s run %s is as planned, and every node sees the same shards${unlessHad(silent, redis, valkey)}`,
  async (creator, _, __, other, names) => {
    const builds = Object.fromEntries(
      ['m1', 'm2', 'm3', 'r1', 'r2', 'r3'].map((name) => [
        name,
        had((names as readonly string[]).includes(name) ? other : silent).build,
      ]),
    )
    await using group = await Group.plan({ dir: newFolder(), masters: 3, replicas: 1, builds })
    expect((await group.form(creator)).creator).toBe(creator)
    expect(group.fallbacks()).toEqual([])
    const [first] = await Promise.all(group.servers.map(viewOf))
    const ids = new Map(first?.map(({ id, port }) => [port, id]))
    const nodes = group.servers.map(({ name, port }) => ({ name, id: ids.get(port) ?? null }))
    for (const server of group.servers) {
      expect(seen(await viewOf(server), group.nodes), `as ${server.name} sees it`).toEqual(planned(group.nodes))
      expect(await shardsSeenBy(server.port, nodes), `as ${server.name} sees them`).toBe(
        '0-5460: m1 r1; 10923-16383: m3 r3; 5461-10922: m2 r2',
      )
    }
  },
)
