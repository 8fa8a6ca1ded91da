/** What tests wait for, and where keys live: each with a deadline, and with what was seen last in its error. */
import { startLab, type Lab } from 'redis-lab'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ask } from '../support/ask.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
useLibraryEnvironment(scratch, 'file')

let lab: Lab
beforeAll(async () => {
  // Soon enough for a test to see an election.
  lab = await startLab({ set: ['cluster-node-timeout 1000'] })
})
afterAll(async () => {
  await lab.stop()
})
afterEach(async () => {
  await lab.waitFor('full')
})

test('waitFor() resolves when the level is proven again', async () => {
  await lab.replica(1).kill()
  expect(await lab.waitFor('full')).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })
  await lab.replica(1).restart()
  expect((await lab.waitForReplicas()).ready.level).toMatch(/replicas|full/)
})

test('when the time is over it says what each node still lacked', async () => {
  await lab.replica(0).stop()
  await expect(lab.waitFor('ok', { timeout: 300 })).rejects.toMatchObject({
    code: 'not-ready',
    details: [expect.stringMatching(/^r1 \(port \d+\): it was stopped on purpose/)],
  })
  await lab.replica(0).start()
})

test('a failover that comes by itself is waited for, and one that has come already is seen', async () => {
  await lab.master(0).kill({ restart: false })
  const failover = { changed: true, promoted: 'r1', demoted: 'm1' }
  expect(await lab.waitForFailover('m1', { timeout: '30s' })).toEqual(failover)
  expect(await lab.waitForFailover(lab.master(0))).toEqual(failover)
  expect(String(await ask(lab.replica(0).port, 'ROLE'))).toMatch(/^master/)
  await lab.master(0).start()
  await lab.waitFor('full')
  await lab.failover('m1')
})

test('a failover that does not come says what each node saw last', async () => {
  await expect(lab.waitForFailover('m2', { timeout: 200 })).rejects.toMatchObject({
    code: 'failover-failed',
    message: 'no other node is the master in the place of m2 for every node',
    details: lab.nodes.map(({ name, port }) => `${name} (port ${port}): it sees m2 as their owner`),
  })
  await expect(lab.waitForFailover('r2')).rejects.toMatchObject({ code: 'wrong-state' })
})

test('the slot of a key is that of Redis, hash tags included', async () => {
  for (const key of ['foo', '{user:1}:a', '', 'ключ', '{}x']) {
    expect(lab.slotOf(key)).toBe(await ask(lab.master(0).port, 'CLUSTER', 'KEYSLOT', key))
  }
  expect(lab.slotOf('{user:1}:a')).toBe(lab.slotOf('{user:1}:b'))
})

test('a key is made for a node, and a node is found for a key', async () => {
  for (const master of lab.nodes.slice(0, 3)) {
    const keys = [await lab.keyFor(master), await lab.keyFor(master.name, { prefix: 'user' })]
    expect(keys[0]).toMatch(/^key:\d+$/)
    expect(keys[1]).toMatch(/^user:\d+$/)
    for (const key of keys) {
      expect(await ask(master.port, 'SET', key, '1'), key).toBe('OK')
      expect(await lab.nodeFor(key)).toBe(master)
    }
  }
  expect(await lab.keyFor('m1')).not.toBe(await lab.keyFor('m1'))
})

test('both follow a failover', async () => {
  const key = await lab.keyFor('m3')
  await lab.failover('r3')
  expect((await lab.nodeFor(key)).name).toBe('r3')
  expect(lab.slotOf(await lab.keyFor('r3'))).toBeGreaterThan(10922)
  await expect(lab.keyFor('m3', { timeout: 200 })).rejects.toMatchObject({
    code: 'not-ready',
    message: 'm3 owns no slots',
    details: expect.arrayContaining(['m3: replica, running, no slots']) as string[],
  })
  await lab.failover('m3')
})

test('a key of a master that is away has no node until somebody takes its place', async () => {
  const key = await lab.keyFor('m1')
  await lab.master(0).kill({ restart: false })
  expect((await lab.nodeFor(key, { timeout: '30s' })).name).toBe('r1')
  await lab.master(0).start()
  await lab.waitFor('full')
  await lab.failover('m1')
})

test('a prefix whose hash tag puts every key on another node is refused at once', async () => {
  const owner = await lab.nodeFor('{a}:0')
  expect(await lab.keyFor(owner, { prefix: '{a}' })).toMatch(/^\{a\}:\d+$/)
  const other = lab.masters.find(({ name }) => name !== owner.name)
  await expect(lab.keyFor(other?.name ?? '', { prefix: '{a}' })).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringMatching(
      /every key with the prefix "\{a\}" is in slot 15495, which m\d does not own/,
    ) as string,
  })
})
