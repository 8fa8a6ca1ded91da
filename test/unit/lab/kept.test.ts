/** A lab that is kept and whose programs are gone. */
import process from 'node:process'
import { expect, test } from 'vitest'
import { LabError } from '../../../src/errors.js'
import { keptRecord } from '../../../src/lab/record.js'
import { resolveLab } from '../../../src/spec/index.js'
import { sampleRecord } from '../samples.js'

const kept = (redis: string | undefined) => {
  const record = sampleRecord()
  return { ...record, spec: { ...record.spec, redis } }
}
const build = (version: string) => ({ ...sampleRecord().build, version, server: '/new/redis-server' })

test.each([
  ['8.0', '8.0.6'],
  ['latest', '8.0.6'],
  ['8.0.6', '8.0.6'],
  ['distro', 'distro'],
  [undefined, undefined],
])('made with --redis %s it asks for %s again, whatever is newer by now', async (redis, asked) => {
  const wishes: unknown[] = []
  const record = await keptRecord(kept(redis), resolveLab({}, {}), async (spec) => {
    wishes.push(spec.redis)
    return build('8.0.6')
  })
  expect(wishes).toEqual([asked])
  expect(record).toMatchObject({ build: build('8.0.6'), spec: { redis } })
})

test('where the same source has another version by now, its own version is asked for by its number', async () => {
  const wishes: unknown[] = []
  const record = await keptRecord(kept('distro'), resolveLab({}, {}), async ({ redis }) => {
    wishes.push(redis)
    return build(redis === 'distro' ? '8.0.7' : '8.0.6')
  })
  expect(wishes).toEqual(['distro', '8.0.6'])
  expect(record).toMatchObject({ build: build('8.0.6'), spec: { redis: 'distro' } })
})

test('a lab whose version cannot be built any more is refused, and is not told to delete its data', async () => {
  const attempt = keptRecord(kept('distro'), resolveLab({}, {}), async () => build('8.0.7'))
  await expect(attempt).rejects.toMatchObject({
    code: 'lab-differs',
    hint: expect.stringMatching(/ redis-lab install 8\.0\.6 && redis-lab up$/) as string,
  })
  const unreachable = new LabError({ code: 'release-unreachable', message: 'host unreachable' })
  const offline = keptRecord(kept('distro'), resolveLab({}, {}), async ({ redis }) => {
    if (redis === 'distro') return build('8.0.7')
    throw unreachable
  })
  await expect(offline).rejects.toMatchObject({
    code: 'lab-differs',
    details: expect.arrayContaining(['8.0.6: host unreachable']) as string[],
  })
})

test('the build of a single node is asked for as that node was given it, and what is there is left alone', async () => {
  const own = { ...sampleRecord().build, engine: 'valkey' as const, version: '9.1.2', server: '/gone/valkey-server' }
  const there = { ...sampleRecord().build, server: process.execPath, cli: process.execPath }
  const record = {
    ...kept('8.0.6'),
    build: there,
    nodes: sampleRecord().nodes.map((node) => (node.name === 'r1' ? { ...node, build: own } : node)),
  }
  record.spec = { ...record.spec, redisFor: { r1: 'valkey@distro:sid' } }
  const wishes: unknown[] = []
  const again = { ...own, server: '/new/valkey-server' }
  const found = await keptRecord(record, resolveLab({}, {}), async ({ redis }) => {
    wishes.push(redis)
    return again
  })
  expect(wishes).toEqual(['valkey@distro:sid'])
  expect(found.build).toEqual(there)
  expect(found.nodes.flatMap(({ name, build: its }) => (its ? [[name, its]] : []))).toEqual([['r1', again]])
  const other = keptRecord(record, resolveLab({}, {}), async () => ({ ...again, version: '9.1.3' }))
  await expect(other).rejects.toMatchObject({ code: 'lab-differs' })
})
