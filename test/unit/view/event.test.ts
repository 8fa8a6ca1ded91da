import { expect, test } from 'vitest'
import type { LabEvent } from '../../../src/events.js'
import { eventLine } from '../../../src/view/index.js'
import { bytes, percent, seconds, summary } from '../../../src/view/event.js'

type Sample<Type> = readonly [event: Omit<Extract<LabEvent, { type: Type }>, 'type'>, line: string | undefined]

/** The compiler sees to it that no type of event is missing. */
const samples: { readonly [Type in LabEvent['type']]: Sample<Type> } = {
  'release-fallback': [
    { from: 'the official host', to: 'the distribution', reason: 'no route' },
    'no route; trying the distribution instead of the official host',
  ],
  'download-started': [{ url: 'https://a.test/redis.tar.gz' }, 'downloading https://a.test/redis.tar.gz'],
  'download-progress': [{ receivedBytes: 1, totalBytes: 2 }, undefined],
  'download-retry': [
    { attempt: 2, delayMs: 500, reason: 'connection reset' },
    'the download broke (connection reset); attempt 2 in 0.50 s',
  ],
  'download-done': [
    { sizeBytes: 3_450_000, sha256: '0123456789abcdef' },
    'downloaded 3.5 MB, sha256 0123456789ab… as it should be',
  ],
  'unpack-started': [{ archive: '/x.tar.gz' }, 'unpacking /x.tar.gz'],
  'lab-waiting': [{ pid: 7, command: 'redis-lab up' }, 'waiting for process 7 (redis-lab up)'],
  'build-waiting': [{ pid: 7, command: 'redis-lab install' }, 'waiting for process 7 (redis-lab install)'],
  'build-started': [{ what: 'redis 8.0.6', jobs: 4 }, 'making redis 8.0.6 (make -j4)'],
  'build-progress': [{ doneSteps: 1, totalSteps: 2 }, undefined],
  'release-ready': [{ what: 'redis 8.0.6', server: '/s', cached: true }, 'redis 8.0.6 is ready'],
  'node-started': [{ node: 'm1', port: 6001, pid: 7, cause: 'up' }, 'm1 started on port 6001 (pid 7)'],
  'node-conf-replaced': [{ node: 'm1', port: 6001 }, 'the redis.conf of m1 was cut off and has been written again'],
  'node-data-replaced': [
    { node: 'm1', port: 6001, heir: 'r1', problems: ['m1: dump.rdb is missing', 'm1: x'], aside: '/lab/6001/data-1' },
    'm1: dump.rdb is missing (and 1 more): r1 has all of its data and is the master now; what is left of it is in /lab/6001/data-1',
  ],
  'node-adopted': [{ node: 'm1', port: 6001, pid: 7 }, 'm1 on port 6001 is adopted (pid 7)'],
  'node-paused': [{ node: 'm1', port: 6001, pid: 7, cause: 'asked' }, 'm1 is paused'],
  'node-resumed': [{ node: 'm1', port: 6001, pid: 7, cause: 'outside' }, 'm1 runs on, by a signal from outside'],
  'node-listening': [{ node: 'm1', port: 6001 }, 'm1 answers'],
  'node-exited': [
    { node: 'm1', port: 6001, pid: 7, exit: 'signal SIGKILL', cause: 'crash' },
    'm1 ended (signal SIGKILL), which nobody asked for',
  ],
  'node-restarting': [{ node: 'm1', attempt: 2, delayMs: 200 }, 'm1 is started again in 0.20 s (restart 2)'],
  'node-gave-up': [{ node: 'm1', crashes: 6, logTail: [] }, 'm1 crashed 6 times in a row and is not started again'],
  'create-started': [{ creator: 'redis-cli' }, 'forming the cluster (redis-cli)'],
  'create-fallback': [
    { from: 'instant', to: 'redis-cli', reason: 'it failed' },
    'it failed; forming it with redis-cli instead of instant',
  ],
  'create-done': [{ creator: 'redis-cli' }, 'the cluster is formed'],
  'ready-progress': [{ level: 'ok', missing: ['m1: a', 'm2: b', 'm3: c'] }, 'not yet "ok": m1: a (and 2 more)'],
  'lab-starting': [{ name: 'one', dir: '/d', origin: 'new' }, 'starting lab "one" in /d'],
  'snapshot-taken': [
    { dir: '/tmp/snapshot', keys: 1200, pausedMs: 4, elapsedMs: 120 },
    'a snapshot was taken: 1200 keys (writes were paused for 4 ms, 0.12 s in all)',
  ],
  'failover-done': [
    { node: 'r1', former: 'm1', mode: 'agreed', elapsedMs: 60 },
    'r1 is the master in the place of m1 (by agreement, 0.06 s)',
  ],
  'upgrade-started': [
    { from: 'redis 7.0.15', to: 'redis 8.0.6', nodes: 6 },
    'upgrading 6 nodes from redis 7.0.15 to redis 8.0.6, one after the other',
  ],
  'node-upgraded': [
    { node: 'm1', port: 7, from: 'redis 7.0.15', to: 'redis 8.0.6', slotsAwayMs: 2100, elapsedMs: 2200 },
    'm1 runs redis 8.0.6; its slots were away for 2.10 s, because it has no replica (2.20 s)',
  ],
  'node-brought-along': [
    { node: 'm1', port: 6001, from: 'redis 7.0.15', to: 'redis 8.0.6' },
    'm1 is started with redis 8.0.6 instead of redis 7.0.15, which could not follow its master',
  ],
  'upgrade-done': [{ to: 'redis 8.0.6', nodes: 6, elapsedMs: 2300 }, 'all nodes run redis 8.0.6 (2.30 s)'],
  'upgrade-stopped': [{ to: 'redis 8.0.6', reason: 'it failed' }, 'the upgrade has ended before its end: it failed'],
  'ports-lost': [{ reason: 'port 7 is taken' }, 'port 7 is taken; trying other ports'],
  'record-failed': [{ reason: 'ENOSPC' }, 'this could not be written down: ENOSPC'],
  'lab-ready': [{ level: 'full', elapsedMs: 1234 }, 'proven ready (full) in 1.23 s'],
  'lab-reset': [
    { undone: ['r1 was stopped: it runs again', '3 keys: deleted'], elapsedMs: 60 },
    'reset in 0.06 s: r1 was stopped: it runs again (and 1 more)',
  ],
  'lab-failed': [{ error: { code: 'not-ready', message: 'too slow' } }, 'failed: too slow'],
  'lab-stopping': [{ reason: 'Ctrl-C' }, 'stopping (Ctrl-C)'],
  'lab-stopped': [{}, 'stopped'],
}

test.each(Object.entries(samples))('%s: %j', (type, [event, line]) => {
  expect(eventLine({ type, ...event } as LabEvent)).toBe(line)
})

test('the same event may read otherwise', () => {
  expect(eventLine({ type: 'lab-starting', name: 'one', dir: '/d', origin: 'kept' })).toBe('resuming lab "one" in /d')
  expect(eventLine({ type: 'lab-starting', name: 'one', dir: '/d', origin: 'orphaned' })).toMatch(/^taking over /)
  expect(eventLine({ type: 'node-restarting', node: 'm1', attempt: 1, delayMs: 0 })).toMatch(/again at once/)
  expect(eventLine({ type: 'release-ready', what: 'x', server: '/s', cached: false })).toBe('x is built')
  const newest = { type: 'release-ready', what: 'redis 8.0.6', server: '/s', cached: true } as const
  expect(eventLine({ ...newest, alias: '8.0' })).toBe('redis 8.0.6, the newest 8.0 that is known, is ready')
  expect(eventLine({ ...newest, alias: 'latest' })).toBe('redis 8.0.6, the newest that is known, is ready')
  expect(eventLine({ type: 'ready-progress', level: 'ok', missing: [] })).toBeUndefined()
  expect(eventLine({ type: 'lab-reset', undone: [], elapsedMs: 4 })).toBe('reset in 0.00 s: nothing had changed')
  const exit = { type: 'node-exited', node: 'm1', port: 1, pid: 7, exit: 'exit code 0', cause: 'down' } as const
  expect(eventLine(exit)).toBe('m1 ended (exit code 0)')
})

test('an event that nobody knows is a defect, named', () => {
  expect(() => eventLine({ type: 'new' } as never)).toThrow('unreachable')
})

test('times, sizes and shares are short', () => {
  expect([seconds(9994), seconds(12_345), bytes(0), percent(1, 3), percent(0, 0)]).toEqual([
    '9.99 s',
    '12 s',
    '0.0 MB',
    '33%',
    '0%',
  ])
  expect([summary([]), summary(['a']), summary(['a', 'b'])]).toEqual(['', 'a', 'a (and 1 more)'])
})
