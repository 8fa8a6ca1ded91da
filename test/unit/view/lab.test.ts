import { expect, test } from 'vitest'
import { lsText, readyText, statusText, type LabRow } from '../../../src/view/index.js'
import { idOf, sampleStatus, withNodes } from '../samples.js'

const lines = (...text: string[]) => text.join('\n')

test('up ends with the nodes, the proof and what to type next', () => {
  expect(readyText(sampleStatus())).toBe(
    lines(
      'NODE  PORT  ROLE     SLOTS        STATE    PID',
      'm1    6001  master   0-5460       running  4001',
      'm2    6002  master   5461-10922   running  4002',
      'm3    6003  master   10923-16383  running  4003',
      'r1    6004  replica  of m1        running  4004',
      'r2    6005  replica  of m2        running  4005',
      'r3    6006  replica  of m3        running  4006',
      '',
      'All 16384 slots are served.',
      '',
      '  connect to      redis://127.0.0.1:6001',
      '  redis-lab cli   talk to it with redis-cli',
      '  redis-lab down  take it down; its data stays',
    ),
  )
})

test('a lab with a name of its own is named in what to type next', () => {
  expect(readyText(sampleStatus({ name: 'one' }))).toContain('redis-lab down --name one')
})

test('a status says what the lab is, where it is and how far it is ready', () => {
  expect(statusText(sampleStatus())).toBe(
    lines(
      'lab "default" is running (redis 8.0.6, official release 8.0.6)',
      'folder: /labs/default',
      '',
      'NODE  PORT  ROLE     SLOTS        STATE    PID',
      'm1    6001  master   0-5460       running  4001',
      'm2    6002  master   5461-10922   running  4002',
      'm3    6003  master   10923-16383  running  4003',
      'r1    6004  replica  of m1        running  4004',
      'r2    6005  replica  of m2        running  4005',
      'r3    6006  replica  of m3        running  4006',
      '',
      'All 16384 slots are served.',
      'ready: full',
    ),
  )
})

test('after a failover the roles are those of now, and a crash leaves its marks', () => {
  const status = withNodes(
    sampleStatus({
      state: 'degraded',
      ready: { level: 'alive', reasons: ['m1 (port 6001): its process is crashed'] },
      slots: {
        assigned: 16_377,
        served: 10_916,
        unserved: [
          {
            slots: [
              [10_922, 10_922],
              [10_924, 10_929],
            ],
            reason: 'no node owns them',
          },
          { slots: [[0, 5460]], reason: 'r1 is paused' },
        ],
      },
    }),
    {
      m1: { state: 'crashed', pid: null, role: 'master', slots: [], restarts: 2 },
      m2: { slots: [[5461, 10921]] },
      m3: {
        slots: [
          [10923, 10923],
          [10930, 16383],
        ],
      },
      r1: { role: 'master', masterId: null, slots: [[0, 5460]] },
      r2: { masterId: idOf(0) },
      r3: { masterId: 'unknown' },
    },
  )
  expect(statusText(status)).toBe(
    lines(
      'lab "default" is degraded (redis 8.0.6, official release 8.0.6)',
      'folder: /labs/default',
      '',
      'NODE  PORT  ROLE                       SLOTS              STATE    PID',
      'm1    6001  master                     -                  crashed  -     restarted 2 times',
      'm2    6002  master                     5461-10921         running  4002',
      'm3    6003  master                     10923 10930-16383  running  4003',
      'r1    6004  master (planned: replica)  0-5460             running  4004',
      'r2    6005  replica                    of m1              running  4005',
      'r3    6006  replica                    -                  running  4006',
      '',
      '16377 of 16384 slots are assigned, 10916 are served.',
      '  slots 10922, 10924-10929: no node owns them',
      '  slots 0-5460: r1 is paused',
      'ready: alive',
      '  m1 (port 6001): its process is crashed',
    ),
  )
})

test('what is only worth knowing is a note, after the reasons', () => {
  const note = 'm1: hz is 50 instead of 10; redis-lab cli m1 -- CONFIG SET hz 10 puts it back'
  expect(
    statusText(sampleStatus({ notes: [note] }))
      .split('\n')
      .slice(-2),
  ).toEqual(['ready: full', `note: ${note}`])
})

test('a lab that is down says so, and nothing about its slots', () => {
  const text = statusText(sampleStatus({ state: 'stopped', ready: { level: 'none', reasons: ['the lab is down'] } }))
  expect(text).not.toContain('served')
  expect(text).not.toContain('ready:')
  expect(text.split('\n').slice(-2)).toEqual(['', '  the lab is down'])
})

test('nodes of others are rows, and each deviation has the command that undoes it', () => {
  const status = sampleStatus({
    deviations: [
      { what: 'm1 is a replica of r1, which took its place', restore: 'redis-lab failover m1', deletesData: false },
      { what: 'm2 owns slots 0-9 instead of slots 10-19', restore: 'redis-lab reset', deletesData: true },
      { what: '127.0.0.1:7007 is not a node of this lab and owns slots 0-9', restore: null, deletesData: false },
    ],
  })
  const [first] = status.nodes
  if (!first) throw new Error('no node')
  const foreign = { name: '127.0.0.1:7007', port: 7007, foreign: true, redis: null, plannedRole: null, pid: null }
  const text = statusText({ ...status, nodes: [...status.nodes, { ...first, ...foreign }] })
  expect(text).toMatch(/^127\.0\.0\.1:7007 +7007 +master +0-5460 +running +- +not of this lab$/m)
  expect(text.split('\n').slice(-5)).toEqual([
    'The cluster differs from the plan of this lab:',
    '  m1 is a replica of r1, which took its place; to restore the plan: redis-lab failover m1',
    '  m2 owns slots 0-9 instead of slots 10-19',
    '  127.0.0.1:7007 is not a node of this lab and owns slots 0-9',
    'The lab works as it is. Last resort, which restores the plan and deletes all keys: redis-lab reset',
  ])
})

const row: LabRow = {
  name: 'default',
  state: 'running',
  ports: [6001, 6002, 6003],
  redis: 'redis 8.0.6',
  dir: '/labs/default',
  ephemeral: false,
  problem: null,
}

test('labs are listed a line each, with what is wrong with them', () => {
  const broken: LabRow = { ...row, name: 'old', state: 'failed', ports: [], redis: null, dir: null, problem: 'damaged' }
  expect(lsText([row, broken])).toBe(
    lines(
      'NAME     STATE            PORTS      REDIS        FOLDER',
      'default  running          6001-6003  redis 8.0.6  /labs/default',
      'old      failed: damaged  -          -            -',
    ),
  )
})

test('where there are no labs it says how to get one', () => {
  expect(lsText([])).toBe('There are no labs. Start one with: redis-lab up')
})

test('of a lab with TLS it is said what a client has to trust', () => {
  const tls = {
    ca: '/labs/default/tls/ca.crt',
    cert: '/labs/default/tls/client.crt',
    key: '/labs/default/tls/client.key',
  }
  expect(readyText(sampleStatus({ tls }))).toMatch(
    /^ {2}connect to +rediss:\/\/127\.0\.0\.1:6001\n {2}and trust +\/labs\/default\/tls\/ca\.crt$/m,
  )
  expect(statusText(sampleStatus({ tls }))).toMatch(/^TLS: clients trust \/labs\/default\/tls\/ca\.crt$/m)
})

test('up says how to be let in, and not with what', () => {
  expect(readyText(sampleStatus({ auth: 'password' }))).toMatch(/^ {2}password +the one that you gave$/m)
  expect(readyText(sampleStatus({ auth: 'acl' }))).toMatch(/^ {2}users +those of the ACL file that you gave$/m)
})
