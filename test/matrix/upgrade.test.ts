/** A lab that is upgraded while clients write to it, and every write that WAIT has seen acknowledged is there afterwards. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { connectLab, startLab, type Lab, type LabStatus, type TimedEvent } from 'redis-lab'
import { describe, expect, test } from 'vitest'
import { lostOf } from '../soak/writer/read-back.js'
import { Writer } from '../soak/writer/writer.js'
import { ask } from '../support/ask.js'
import { useLibraryEnvironment } from '../support/library.js'
import { had, isHad, release, unlessHad } from './support/pair.js'
import { useScratch } from '../support/scratch.js'
import { shardsSeenBy } from '../support/shards.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

const from = release('redis', '7.0')
const goals = [release('redis', '8.0'), release('valkey')] as const
/** A release of a suite that moves on may be newer than what these tests know to be possible, and then they say so. */
const [redis, valkey] = goals

const planOf = (status: LabStatus) =>
  status.nodes.map(({ name, role, slots }) => [name, role, slots.join(' ')].join(' '))
const releasesOf = (status: LabStatus) => [
  ...new Set(status.nodes.map((node) => `${node.redis?.engine} ${node.redis?.version}`)),
]
const spell = ({ build }: { build: { engine: string; version: string } }) => `${build.engine} ${build.version}`

/** As every node tells them; one where all agree. */
async function shardsSeen(lab: Lab): Promise<Set<string>> {
  const { nodes } = await lab.status()
  return new Set(await Promise.all(lab.nodes.map(({ port }) => shardsSeenBy(port, nodes))))
}

describe.each([
  ['Redis 8', redis, 1],
  ['Valkey', valkey, 1],
  ['Redis 8, with two replicas of each master', redis, 2],
] as const)('to %s', (_, goal, replicas) => {
  test.skipIf(!isHad(from) || !isHad(goal))(
    `no write that a replica has acknowledged is lost on the way there${unlessHad(from, goal)}`,
    async () => {
      const [old, next] = [had(from), had(goal)]
      await using lab = await startLab({ redis: old.redis, replicas })
      const before = await lab.status()
      const events: TimedEvent[] = []
      lab.on('*', (event) => events.push(event))
      const writer = new Writer({ status: before, replicas: 1, journal: { nowMs: 0 } })
      await expect.poll(() => writer.acknowledged.size, { timeout: 10_000 }).toBeGreaterThan(100)

      const result = await lab.upgrade({ redis: next.redis })
      const atTheEnd = writer.acknowledged.size
      await expect.poll(() => writer.acknowledged.size, { timeout: 10_000 }).toBeGreaterThan(atTheEnd)
      await writer.stop()

      const after = await lab.status()
      expect(after).toMatchObject({ state: 'running', redis: next.build, ready: { level: 'full', reasons: [] } })
      expect(releasesOf(after)).toEqual([spell(next)])
      expect(planOf(after)).toEqual(planOf(before))
      expect(after.nodes.map(({ id }) => id)).toEqual(before.nodes.map(({ id }) => id))
      expect(await lostOf(after, writer.acknowledged)).toEqual([])
      expect((await shardsSeen(lab)).size).toBe(1)
      // A line that the old release lacked: redis.conf is that of the new one.
      const confs = lab.nodes.map(({ port }) => readFileSync(path.join(lab.dir, String(port), 'redis.conf'), 'utf8'))
      expect(confs.filter((text) => !text.includes('cluster-announce-human-nodename'))).toEqual([])

      expect(result.nodes.map(({ name }) => name).sort()).toEqual(before.nodes.map(({ name }) => name).sort())
      expect(result.nodes.every(({ slotsAwayMs }) => slotsAwayMs === null)).toBe(true)
      // Over the lab's line, a moment after the answer.
      await expect.poll(() => events.map(({ type }) => type)).toContain('upgrade-done')
      expect(events.filter(({ type }) => type === 'node-upgraded')).toHaveLength(before.nodes.length)
      expect(events.filter(({ type }) => type === 'failover-done')).toHaveLength(6)
    },
    120_000,
  )
})

test.skipIf(!isHad(from) || !isHad(redis))(
  `a reset afterwards finds nothing to undo, and undoes what is done to a directive of the new release${unlessHad(from, redis)}`,
  async () => {
    await using lab = await startLab({ redis: had(from).redis, masters: 1 })
    await lab.upgrade({ redis: had(redis).redis })
    expect((await lab.reset()).undone).toEqual([])
    // 7.0 does not know it.
    await ask(lab.master().port, 'CONFIG', 'SET', 'max-new-connections-per-cycle', '3')
    expect((await lab.reset()).undone.join()).toContain('max-new-connections-per-cycle was 3')
  },
  120_000,
)

test.skipIf(!isHad(from) || !isHad(redis))(
  `a master without a replica keeps its data, and is said to have been away${unlessHad(from, redis)}`,
  async () => {
    await using lab = await startLab({ redis: had(from).redis, masters: 1, replicas: 0 })
    await ask(lab.master().port, 'SET', 'kept', 'yes')
    const { nodes } = await lab.upgrade({ redis: had(redis).redis })
    expect(nodes).toMatchObject([{ name: 'm1', slotsAwayMs: expect.any(Number) as number }])
    expect(await ask(lab.master().port, 'GET', 'kept')).toBe('yes')
    expect(await lab.upgrade({ redis: had(redis).redis })).toMatchObject({ nodes: [] })
  },
  120_000,
)

test.skipIf(!isHad(from) || !isHad(redis))(
  `what cannot be upgraded is refused before a node is touched${unlessHad(from, redis)}`,
  async () => {
    await using lab = await startLab({ redis: had(redis).redis, masters: 1, replicas: 0 })
    const before = await lab.status()
    await expect(lab.upgrade({ redis: had(from).redis })).rejects.toMatchObject({ code: 'bad-input' })
    await expect(lab.upgrade({ redis: 'nonsense' })).rejects.toMatchObject({ code: 'release-unknown' })
    expect((await lab.status()).nodes.map(({ redis }) => redis)).toEqual(before.nodes.map(({ redis }) => redis))

    await using forgetful = await startLab({ redis: had(from).redis, masters: 1, replicas: 0, set: ['appendonly no'] })
    await forgetful.node('m1').stop()
    await expect(forgetful.upgrade({ redis: had(redis).redis })).rejects.toMatchObject({ code: 'wrong-state' })
    await forgetful.node('m1').start()
    await forgetful.waitFor('full')
    await expect(forgetful.upgrade({ redis: had(redis).redis })).rejects.toMatchObject({
      code: 'bad-input',
      message: 'm1 has no replica and keeps nothing on disk: what it has would be lost when it is restarted',
    })
  },
  120_000,
)

test.skipIf(!isHad(from) || !isHad(redis))(
  `while a lab is upgraded nobody else starts, stops or resets its nodes${unlessHad(from, redis)}`,
  async () => {
    await using lab = await startLab({ redis: had(from).redis })
    const begun = new Promise((resolve) => lab.on('upgrade-started', resolve))
    const upgrade = lab.upgrade({ redis: had(redis).redis })
    await begun
    const refused = { code: 'wrong-state', message: 'the lab is being upgraded, node by node' }
    await expect(lab.node('r1').stop()).rejects.toMatchObject(refused)
    await expect(lab.failover('r1')).rejects.toMatchObject(refused)
    await expect(lab.reset()).rejects.toMatchObject(refused)
    await expect(lab.upgrade({ redis: had(redis).redis })).rejects.toMatchObject({ code: 'wrong-state' })
    expect((await upgrade).nodes).toHaveLength(6)
    // Another handle is another caller.
    const other = await connectLab(lab.name)
    expect(await other.upgrade({ redis: had(redis).redis })).toMatchObject({ nodes: [] })
  },
  120_000,
)

test.skipIf(!isHad(from) || !isHad(redis))(
  `an old master that cannot follow a newer one, as an upgrade leaves it that was cut off, is upgraded with the rest${unlessHad(from, redis)}`,
  async () => {
    const newer = had(redis)
    await using lab = await startLab({ redis: had(from).redis, redisFor: { r1: newer.redis } })
    await ask(lab.master().port, 'SET', await lab.keyFor('m1', { prefix: 'kept' }), 'yes')
    expect(await lab.failover('r1')).toEqual({ promoted: 'r1', demoted: 'm1' })
    // What it has heard so far it can go on with; after a restart it would have to read all of it.
    await lab.node('m1').restart()
    await expect.poll(async () => (await lab.status()).ready.reasons.join(), { timeout: 30_000 }).toMatch(/m1/)
    const { nodes } = await lab.upgrade({ redis: newer.redis })
    expect(nodes.map(({ name }) => name)).not.toContain('r1')
    expect(await lab.status()).toMatchObject({ state: 'running', redis: newer.build, ready: { reasons: [] } })
    expect(await ask(lab.master().port, 'DBSIZE')).toBe(1)
    // Anything else that is amiss is no business of an upgrade.
    await lab.node('r2').stop()
    await expect(lab.upgrade({ redis: had(from).redis })).rejects.toMatchObject({ code: 'wrong-state' })
  },
  120_000,
)
