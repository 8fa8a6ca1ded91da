/** The moment startLab() returns, the clients that people use work, over all masters. */
import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { startLab, type Lab } from 'redis-lab'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ask } from '../support/ask.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
useLibraryEnvironment(scratch, 'file')

const keys = Array.from({ length: 1000 }, (_, index) => `key:${index}`)
let lab: Lab
beforeAll(async () => {
  lab = await startLab()
})
afterAll(async () => {
  await lab.stop()
})
const masters = () => lab.nodes.filter(({ role }) => role === 'master')
const replicas = () => lab.nodes.filter(({ role }) => role === 'replica')
const sizes = (nodes: Lab['nodes']) => Promise.all(nodes.map(({ port }) => ask(port, 'DBSIZE')))
const sum = (counts: unknown[]) => counts.reduce<number>((total, count) => total + Number(count), 0)

/** The first test finds the lab as startLab() left it; those after it find it empty again. */
beforeEach(async () => {
  if (sum(await sizes(masters())) === 0) return
  await Promise.all(masters().map(({ port }) => ask(port, 'FLUSHALL')))
})

async function expectAllKeys(): Promise<void> {
  const counts = await sizes(masters())
  expect(sum(counts)).toBe(keys.length)
  expect(counts.every((count) => Number(count) > 250)).toBe(true)
  await expect.poll(async () => sum(await sizes(replicas()))).toBe(keys.length)
}

test('a lab that was just started is empty: nothing of its proof is left', async () => {
  expect(await sizes(lab.nodes)).toEqual(lab.nodes.map(() => 0))
})

test('node-redis writes and reads 1,000 keys from createCluster({ rootNodes: lab.rootNodes })', async () => {
  const cluster = createCluster({ rootNodes: lab.rootNodes })
  await cluster.connect()
  await Promise.all(keys.map((key) => cluster.set(key, `value of ${key}`)))
  const values = await Promise.all(keys.map((key) => cluster.get(key)))
  await cluster.close()
  expect(values).toEqual(keys.map((key) => `value of ${key}`))
  await expectAllKeys()
})

test.each(['rootNodes', 'urls'] as const)(
  'ioredis writes and reads 1,000 keys from new Cluster(lab.%s)',
  async (from) => {
    const cluster = new Cluster(lab[from])
    await Promise.all(keys.map((key) => cluster.set(key, `value of ${key}`)))
    const values = await Promise.all(keys.map((key) => cluster.get(key)))
    cluster.disconnect()
    expect(values).toEqual(keys.map((key) => `value of ${key}`))
    await expectAllKeys()
  },
)

test('ioredis may read from replicas at once', async () => {
  const cluster = new Cluster(lab.rootNodes, { scaleReads: 'slave' })
  await cluster.set('greeting', 'hello')
  const { port } = replicas()[0] ?? {}
  expect(await ask(Number(port), 'ROLE')).toEqual(expect.arrayContaining(['slave', 'connected']))
  await expect.poll(() => cluster.get('greeting')).toBe('hello')
  cluster.disconnect()
})
