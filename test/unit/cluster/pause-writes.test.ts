/** A pause of writes is shared: who ends it first does not end it for the others. */
import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { TemporaryChanges, type TemporaryRecord } from '../../../src/cluster/index.js'
import { ConnectionError, ReplyError } from '../../../src/node/index.js'
import { fakeCluster, type FakeNode } from './fake-cluster.js'

const process = { pid: 7, startTime: 'then' }
let m1: FakeNode
let m2: FakeNode
let temporary: TemporaryChanges
let records: TemporaryRecord[]
beforeEach(() => {
  const cluster = fakeCluster()
  ;[m1, m2] = [cluster.node('m1'), cluster.node('m2')]
  for (const node of [m1, m2]) {
    Object.assign(node, { identity: process })
    node.answer('CLIENT PAUSE', () => 'OK')
    node.answer('CLIENT UNPAUSE', () => 'OK')
  }
  records = []
  temporary = new TemporaryChanges()
  temporary.recordTo((record) => records.push(record))
})

test('only the last of those that need a pause ends it', async () => {
  const first = await temporary.pauses.pause([m1, m2], 5000)
  const second = await temporary.pauses.pause([m1], 1000)
  await first?.()
  await first?.()
  expect([m1.askedFor('CLIENT UNPAUSE'), m2.askedFor('CLIENT UNPAUSE')].map(({ length }) => length)).toEqual([0, 1])
  await second?.()
  expect(m1.askedFor('CLIENT UNPAUSE')).toHaveLength(1)
})

test('a pause is recorded before it begins, with its end, and not after it was ended', async () => {
  const before = Date.now()
  m1.answer('CLIENT PAUSE', () => String(records.at(-1)?.pauses.length))
  const end = await temporary.pauses.pause([m1], 5000)
  expect(records.at(-1)?.pauses).toMatchObject([{ node: 'm1', process }])
  expect(records.at(-1)?.pauses[0]?.untilMs).toBeGreaterThanOrEqual(before + 5000)
  await end?.()
  await turn()
  expect(records.at(-1)?.pauses).toEqual([])
})

test('a server that cannot pause writes alone says so, and nothing stays recorded', async () => {
  m2.answer('CLIENT PAUSE', () => {
    throw new ReplyError('ERR syntax error')
  })
  expect(await temporary.pauses.pause([m1, m2], 5000)).toBeUndefined()
  expect(m1.askedFor('CLIENT UNPAUSE')).toHaveLength(1)
  expect(temporary.pauses.pending()).toEqual([])
})

test('where one is lost the others go on', async () => {
  const lost = new ConnectionError('gone')
  m2.answer('CLIENT PAUSE', () => {
    throw lost
  })
  await expect(temporary.pauses.pause([m1, m2], 5000)).rejects.toBe(lost)
  expect(m1.askedFor('CLIENT UNPAUSE')).toHaveLength(1)
})

test('what cannot be recorded does not pause', async () => {
  temporary.recordTo(({ pauses }) => {
    if (pauses.length > 0) throw new Error('disk full')
  })
  await expect(temporary.pauses.pause([m1], 5000)).rejects.toThrow('disk full')
  expect(m1.asked).toEqual([])
  expect(temporary.pauses.pending()).toEqual([])
})

test('the pause of an earlier supervisor is ended, unless it is over: another one would be a user’s', async () => {
  const pause = (node: string, untilMs: number, startTime = 'then') => ({
    node,
    process: { pid: 7, startTime },
    untilMs,
  })
  const soon = Date.now() + 60_000
  await temporary.putBack({ directives: [], pauses: [pause('m1', soon), pause('m2', Date.now() - 1)] }, [m1, m2])
  expect(m1.asked).toEqual(['CLIENT UNPAUSE'])
  expect(m2.asked).toEqual([])
  await temporary.putBack({ directives: [], pauses: [pause('m2', soon, 'an earlier process')] }, [m1, m2])
  expect(m2.asked).toEqual([])
})
