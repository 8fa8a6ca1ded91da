/** Reset after tests that broke nodes, moved roles, slots and replicas. One lab, reset again and again. */
import { connectLab, type Lab } from 'redis-lab'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isMaster, isMyself } from '../../src/cluster/index.js'
import { NodeClient } from '../../src/node/index.js'
import { ask, directive } from '../support/ask.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { viewOf } from '../cluster/view.js'
import { expectAsPlanned, freshLab, patience, type Fresh } from './support.js'

const scratch = useScratch('file')
useLibraryEnvironment(scratch, 'file')

let lab: Lab
let fresh: Fresh
beforeAll(async () => {
  ;({ lab, fresh } = await freshLab())
})
afterAll(async () => {
  await lab.stop()
})

/** Resets, and proves that nothing is left for another one. */
async function undoneBy(): Promise<readonly string[]> {
  const { undone } = await lab.reset()
  await expectAsPlanned(lab, fresh)
  expect((await lab.reset()).undone, 'a second reset finds nothing').toEqual([])
  for (const { port } of lab.nodes) {
    expect(await directive(port, 'cluster-node-timeout')).toBe('5000')
    expect(await directive(port, 'hz')).toBe('10')
  }
  return undone
}
const id = (name: string) => lab.node(name).id ?? ''
const at = (name: string, ...words: (string | number)[]) => ask(lab.node(name).port, ...words)
const roleOf = async (name: string) =>
  (await viewOf(lab.node(name))).some((line) => isMyself(line) && isMaster(line)) ? 'master' : 'replica'
const keyOf0 = 'key:{06S}'

test.each([
  ['a stopped replica', 'r1', 'stopped', () => lab.node('r1').stop()],
  ['a stopped master', 'm2', 'stopped', () => lab.node('m2').stop()],
  ['a replica that was killed', 'r2', 'crashed', () => lab.node('r2').kill({ restart: false })],
  ['a master that was killed', 'm1', 'crashed', () => lab.node('m1').kill({ restart: false })],
])('%s runs again, with its role', async (_, name, was, treat) => {
  await treat()
  expect(await undoneBy()).toContain(`${name} was ${was}: it runs again`)
})

test('a paused node runs on', async () => {
  await lab.node('m3').pause()
  await lab.node('r1').pause()
  expect(await undoneBy()).toEqual(['m3 was paused: it runs on', 'r1 was paused: it runs on'])
})

test('masters that changed by failover change back, and may change again at once', async () => {
  await lab.failover('r1')
  await lab.failover('r3', { mode: 'takeover' })
  await at('r1', 'SET', keyOf0, '1')
  expect(await undoneBy()).toEqual([
    'r1 was the master in the place of m1: m1 is it again',
    'r3 was the master in the place of m3: m3 is it again',
    '1 key: deleted',
  ])
  for (let again = 0; again < 3; again++) {
    await lab.failover('r3', { mode: 'takeover' })
    expect(await undoneBy()).toEqual(['r3 was the master in the place of m3: m3 is it again'])
  }
})

test('a master that crashed and was replaced by an election is master again', async () => {
  await lab.node('m2').kill({ restart: false })
  await expect.poll(() => roleOf('r2'), patience).toBe('master')
  expect(await undoneBy()).toEqual([
    'm2 was crashed: it runs again',
    'r2 was the master in the place of m2: m2 is it again',
  ])
})

/** As a resharding does it, keys included. */
async function moveSlot(slot: number, from: string, to: string): Promise<void> {
  await at(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', id(from))
  await at(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', id(to))
  const keys = (await at(from, 'CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[]
  if (keys.length > 0) await at(from, 'MIGRATE', '127.0.0.1', lab.node(to).port, '', 0, 5000, 'KEYS', ...keys)
  await at(to, 'CLUSTER', 'SETSLOT', slot, 'NODE', id(to))
  await at(from, 'CLUSTER', 'SETSLOT', slot, 'NODE', id(to))
}

test('a slot that was moved with its data is back, and the data is gone', async () => {
  await at('m1', 'SET', keyOf0, '1')
  await moveSlot(0, 'm1', 'm2')
  await moveSlot(7, 'm1', 'm3')
  await expect.poll(() => at('m2', 'GET', keyOf0), patience).toBe('1')
  expect(await undoneBy()).toEqual(['slot 0, 7 was with m2 and m3: moved back to m1', '1 key: deleted'])
})

test('a slot that was left half moved is whole again, wherever its keys were', async () => {
  await at('m1', 'SET', keyOf0, '1')
  await at('m1', 'SET', 'stays:{06S}', '1')
  await at('m2', 'CLUSTER', 'SETSLOT', 0, 'IMPORTING', id('m1'))
  await at('m1', 'CLUSTER', 'SETSLOT', 0, 'MIGRATING', id('m2'))
  await at('m1', 'MIGRATE', '127.0.0.1', lab.node('m2').port, keyOf0, 0, 5000)
  expect(await undoneBy()).toEqual([
    'slot 0 of m1 was half moved: that is called off',
    'slot 0 of m2 was half moved: that is called off',
    '2 keys: deleted',
  ])
})

/** SETSLOT alone, without keys: told to each of them, in this order. */
async function assign(slots: readonly number[], owner: string, ...told: string[]): Promise<void> {
  for (const name of told) {
    const client = await NodeClient.connect(lab.node(name).port)
    await Promise.all(slots.map((slot) => client.call('CLUSTER', 'SETSLOT', slot, 'NODE', id(owner))))
    client.close()
  }
}
const slotsFrom = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n)

test('masters that exchanged slots exchange them again', async () => {
  await assign(slotsFrom(0, 50), 'm3', 'm3', 'm2', 'm1')
  await assign(slotsFrom(10_923, 50), 'm1', 'm1', 'm2', 'm3')
  expect(await undoneBy()).toEqual([
    'slot 0-49 was with m3: moved back to m1',
    'slot 10923-10972 was with m1: moved back to m3',
  ])
})

test('a master that lost all of its slots, and became a replica for it, is a master with its slots again', async () => {
  await assign(slotsFrom(0, 5461), 'm2', 'm2', 'm3', 'm1')
  await expect.poll(() => roleOf('m1'), patience).toBe('replica')
  const undone = await undoneBy()
  expect(undone).toContain('m1 was a replica of m2: it is a master again')
  expect(undone).toContain('slot 0-5460 was with m2: moved back to m1')
})

test('slots that nobody owns any more have their owner again', async () => {
  for (const { port } of lab.nodes.filter(({ role }) => role === 'master')) await ask(port, 'CLUSTER', 'DELSLOTS', 5, 6)
  expect(await undoneBy()).toEqual(['slot 5-6 was with nobody: moved back to m1'])
})

test('a replica that was moved follows its own master', async () => {
  await at('r1', 'CLUSTER', 'REPLICATE', id('m2'))
  expect(await undoneBy()).toEqual(['r1 was a replica of m2: it is one of m1 again'])
})

test('a moved replica that became the master of other slots is what it was', async () => {
  await at('r1', 'CLUSTER', 'REPLICATE', id('m2'))
  // Until its new master has heard of it, Redis drops what it asks of it without a word.
  const followed = async () => (await viewOf(lab.node('m2'))).find((line) => line.id === id('r1'))?.masterId
  await expect.poll(followed, patience).toBe(id('m2'))
  await lab.failover('r1', { mode: 'takeover' })
  expect(await undoneBy()).toEqual([
    'r1 was the master in the place of m2: m2 is it again',
    'r1 was a replica of m2: it is one of m1 again',
  ])
})

test('a node that others forgot is known again, from 7.2 on by another id', async () => {
  const former = id('r3')
  await at('m1', 'CLUSTER', 'FORGET', former)
  // From 7.2 on it may have heard of it, and have done so by itself.
  await at('m2', 'CLUSTER', 'FORGET', former).catch(() => {})
  const { undone } = await lab.reset()
  expect(undone).toContain('m1 did not know r3: they have met again')
  const now = String(await at('r3', 'CLUSTER', 'MYID'))
  const spreads = /^redis_version:([89]|7\.[2-9])/m.test(String(await at('r3', 'INFO', 'server')))
  expect(now === former).toBe(!spreads)
  fresh = { ...fresh, ids: fresh.ids.map((known) => (known === former ? now : known)) }
  await expectAsPlanned(lab, fresh)
  expect((await lab.reset()).undone).toEqual([])
})

test('a replica that was reset is a replica again', async () => {
  await at('r2', 'CLUSTER', 'RESET', 'SOFT')
  const undone = await undoneBy()
  expect(undone).toEqual([
    'r2 did not know m1, m2, m3, r1 and r3: they have met again',
    'r2 was a master: it is a replica of m2 again',
  ])
})

test('a master that was reset has its slots again', async () => {
  await at('m3', 'CLUSTER', 'RESET', 'SOFT')
  const undone = await undoneBy()
  expect(undone).toContain('m3 did not know m1, m2, r1, r2 and r3: they have met again')
})

test('a master that was reset hard has its slots again, with the id that it has got', async () => {
  const former = id('m2')
  await at('m2', 'FLUSHALL')
  await at('m2', 'CLUSTER', 'RESET', 'HARD')
  const { undone } = await lab.reset()
  const now = String(await at('m2', 'CLUSTER', 'MYID'))
  expect(now).not.toBe(former)
  expect(undone.join('\n')).toMatch(/knew a node that is not of this lab \([0-9a-f]{8}\): it is forgotten/)
  fresh = { ...fresh, ids: fresh.ids.map((known) => (known === former ? now : known)) }
  await expectAsPlanned(lab, fresh)
  expect((await lab.reset()).undone).toEqual([])
})

test('whoever holds the lab by its name resets the same lab', async () => {
  const shared = await connectLab(lab.name)
  await lab.node('r1').stop()
  expect((await shared.reset()).undone).toEqual(['r1 was stopped: it runs again'])
  await expectAsPlanned(lab, fresh)
})
