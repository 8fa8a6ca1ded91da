/** Reset after what tests leave in servers: keys, functions, scripts, users, settings, connections. One lab, reset again and again. */
import { Cluster } from 'ioredis'
import type { Lab, TimedEvent } from 'redis-lab'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NodeClient } from '../../src/node/index.js'
import { ask, directive } from '../support/ask.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { write } from '../cluster/keys.js'
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
  const { undone, elapsedMs } = await lab.reset()
  expect(elapsedMs).toBeGreaterThanOrEqual(0)
  await expectAsPlanned(lab, fresh)
  expect((await lab.reset()).undone, 'a second reset finds nothing').toEqual([])
  return undone
}
const m1 = () => lab.master(0).port
const r1 = () => lab.replica(0).port
const version = async () => /redis_version:(\d+)/.exec(String(await ask(m1(), 'INFO', 'server')))?.[1]

test('where nothing has changed nothing is undone, and everybody who listens hears of it', async () => {
  const heard: TimedEvent[] = []
  const deaf = lab.on('lab-reset', (event) => heard.push(event))
  const { undone } = await lab.reset()
  expect(undone).toEqual([])
  await expect.poll(() => heard, patience).toMatchObject([{ type: 'lab-reset', undone: [] }])
  deaf()
  await expectAsPlanned(lab, fresh)
})

test('keys are gone from every master and every replica when it returns', async () => {
  await write(await lab.status(), 'few', 100)
  const held = await Promise.all(lab.nodes.map(({ port }) => ask(port, 'DBSIZE')))
  expect(held.every((count) => Number(count) > 0)).toBe(true)
  const { undone } = await lab.reset()
  const left = await Promise.all(lab.nodes.map(({ port }) => ask(port, 'DBSIZE')))
  expect(left).toEqual(lab.nodes.map(() => 0))
  expect(undone).toEqual(['144 keys: deleted'])
  await expectAsPlanned(lab, fresh)
})

test('a hundred thousand keys too', async () => {
  await write(await lab.status(), 'many', 100_000)
  const { undone } = await lab.reset()
  const left = await Promise.all(lab.nodes.map(({ port }) => ask(port, 'DBSIZE')))
  expect(left).toEqual(lab.nodes.map(() => 0))
  expect(undone).toEqual([expect.stringMatching(/^1000\d\d keys: deleted$/)])
  await expectAsPlanned(lab, fresh)
})

test('scripts are gone', async () => {
  const sha = String(await ask(m1(), 'SCRIPT', 'LOAD', 'return 1'))
  expect(await undoneBy()).toEqual(['1 script: deleted'])
  expect(await ask(m1(), 'SCRIPT', 'EXISTS', sha)).toEqual([0])
})

test('function libraries are gone, on replicas too', async ({ skip }) => {
  if (Number(await version()) < 7) skip()
  const library = "#!lua name=mine\nredis.register_function('f', function() return 1 end)"
  await ask(m1(), 'FUNCTION', 'LOAD', library)
  await expect.poll(() => ask(r1(), 'FUNCTION', 'LIST'), patience).toHaveLength(1)
  expect(await undoneBy()).toEqual(['1 function library: deleted'])
  expect(await ask(m1(), 'FUNCTION', 'LIST')).toEqual([])
  expect(await ask(r1(), 'FUNCTION', 'LIST')).toEqual([])
})

test('every directive is what it was, on the node where it was changed', async () => {
  const changes = [
    [m1(), 'maxmemory', '1048576'],
    [m1(), 'appendonly', 'no'],
    [m1(), 'notify-keyspace-events', 'KEA'],
    [r1(), 'cluster-node-timeout', '60000'],
    [r1(), 'replica-read-only', 'no'],
    [r1(), 'client-output-buffer-limit', 'pubsub 1 2 3'],
  ] as const
  const before = await Promise.all(changes.map(([port, name]) => directive(port, name)))
  for (const [port, name, value] of changes) await ask(port, 'CONFIG', 'SET', name, value)
  const undone = await undoneBy()
  expect(await Promise.all(changes.map(([port, name]) => directive(port, name)))).toEqual(before)
  expect(undone).toEqual(
    expect.arrayContaining([
      'm1: maxmemory was 1048576: set back to 0',
      'm1: appendonly was no: set back to yes',
      'm1: notify-keyspace-events was AKE: set back to nothing',
      'r1: cluster-node-timeout was 60000: set back to 5000',
      'r1: replica-read-only was no: set back to yes',
    ]),
  )
  expect(undone).toHaveLength(changes.length)
})

test('a setting that keeps the flush itself from working is put back first', async () => {
  await write(await lab.status(), 'kept', 10)
  await ask(m1(), 'CONFIG', 'SET', 'min-replicas-to-write', 5)
  expect(await undoneBy()).toEqual(
    expect.arrayContaining(['m1: min-replicas-to-write was 5: set back to 0', expect.stringMatching(/keys: deleted$/)]),
  )
})

test('users that were added are deleted, those that were changed or deleted are as before', async () => {
  await ask(m1(), 'ACL', 'SETUSER', 'alice', 'on', '>secret', '~a:*', '+get')
  await ask(r1(), 'ACL', 'SETUSER', 'default', '-flushall', '>other')
  expect(await undoneBy()).toEqual([
    'm1: the user alice was added: it is deleted',
    'r1: the user default was changed: it is as before',
  ])
  expect(await ask(m1(), 'ACL', 'USERS')).toEqual(['default'])
  expect(String(await ask(r1(), 'ACL', 'LIST'))).toMatch(/^user default on nopass (sanitize-payload )?~\* &\* \+@all$/)
})

test('a password is taken off, and no password is told to anybody', async () => {
  await ask(m1(), 'CONFIG', 'SET', 'requirepass', 'hidden')
  const undone = await undoneBy()
  expect(undone).toContain('m1: requirepass was a secret: set back to nothing')
  expect(undone.join()).not.toContain('hidden')
  expect(await ask(m1(), 'PING')).toBe('PONG')
})

test('a node whose default user may do nothing any more is started again', async () => {
  await ask(m1(), 'ACL', 'SETUSER', 'default', '-@all')
  expect(await undoneBy()).toEqual([
    expect.stringMatching(/^m1 did not serve \(NOPERM .*\): it was killed and started/),
  ])
  expect(await ask(m1(), 'PING')).toBe('PONG')
})

test('a pause of writes is over, and one of everything too', async () => {
  const key = 'key-of-m1:{06S}'
  await ask(m1(), 'CLIENT', 'PAUSE', 600_000, 'WRITE')
  await undoneBy()
  expect(await ask(m1(), 'SET', key, '1')).toBe('OK')
  await ask(m1(), 'CLIENT', 'PAUSE', 600_000)
  expect(await undoneBy()).toContain('m1 did not serve (no answer within 3000 ms): it was killed and started again')
  expect(await ask(m1(), 'SET', key, '1')).toBe('OK')
  await lab.reset()
})

test('the slow log and the counters begin anew', async () => {
  await ask(m1(), 'CONFIG', 'SET', 'slowlog-log-slower-than', 0)
  await ask(m1(), 'GET', 'nothing:{06S}')
  expect(Number(await ask(m1(), 'SLOWLOG', 'LEN'))).toBeGreaterThan(0)
  expect(String(await ask(m1(), 'INFO', 'commandstats'))).toContain('cmdstat_get:')
  await lab.reset()
  await lab.reset()
  expect(await ask(m1(), 'SLOWLOG', 'LEN')).toBe(0)
  expect(String(await ask(m1(), 'INFO', 'commandstats'))).not.toContain('cmdstat_get:')
})

test('connections stay: a transaction that was begun, a blocked command, a subscription', async () => {
  const [multi, blocked, publisher] = await Promise.all([1, 2, 3].map(() => NodeClient.connect(m1())))
  await multi?.call('MULTI')
  await multi?.call('SET', 'in-multi:{06S}', '1')
  const popped = blocked?.call('BLPOP', 'list:{06S}', 0)
  const subscriber = new Cluster(lab.rootNodes)
  const heard: string[] = []
  subscriber.on('message', (_, message: string) => heard.push(message))
  await subscriber.subscribe('news')
  expect(await undoneBy()).toEqual([])
  expect(await multi?.call('EXEC')).toEqual(['OK'])
  await publisher?.call('LPUSH', 'list:{06S}', 'late')
  expect(await popped).toEqual(['list:{06S}', 'late'])
  await publisher?.call('PUBLISH', 'news', 'still there')
  await expect.poll(() => heard, patience).toEqual(['still there'])
  await subscriber.quit()
  for (const client of [multi, blocked, publisher]) client?.close()
  await lab.reset()
})

test('a client with traffic goes on, and what it had written before is gone', async () => {
  const client = new Cluster(lab.rootNodes)
  await client.set('before', '1')
  let on = true
  let writes = 0
  const failures: string[] = []
  const traffic = (async () => {
    for (; on; writes++)
      await client.set(`traffic:${writes % 100}`, '1').catch((error: Error) => failures.push(error.message))
  })()
  await expect.poll(() => writes, patience).toBeGreaterThan(100)
  await lab.reset()
  expect(await client.get('before')).toBe(null)
  const then = writes
  await expect.poll(() => writes, patience).toBeGreaterThan(then + 100)
  on = false
  await traffic
  expect(failures).toEqual([])
  await client.quit()
  await undoneBy()
})

test('of two resets at once the second finds what the first has left', async () => {
  await write(await lab.status(), 'twice', 10)
  await lab.replica(1).stop()
  const [first, second] = await Promise.all([lab.reset(), lab.reset()])
  expect(first.undone).toEqual(['r2 was stopped: it runs again', '48 keys: deleted'])
  expect(second.undone).toEqual([])
  await expectAsPlanned(lab, fresh)
})
