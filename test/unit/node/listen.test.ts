import { mkdirSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { confSource, listenArgs, listenProblems, type ListenPlan } from '../../../src/node/listen.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()
const plan = (change: Partial<ListenPlan> = {}): ListenPlan => ({
  dir: temp('6001'),
  port: 6001,
  tls: false,
  bind: ['127.0.0.1'],
  ...change,
})
const good = () =>
  [
    'port 6001',
    'bind 127.0.0.1',
    `dir "${temp('6001')}"`,
    'cluster-enabled yes',
    'cluster-config-file nodes.conf',
    '',
  ].join('\n')
const write = (text: string, name = 'redis.conf') => writeFileSync(temp('6001', name), text)
beforeEach(() => mkdirSync(temp('6001')))

test('the file of the lab, and one with other directives of a user, can be trusted', () => {
  write(good())
  expect(listenProblems(plan())).toEqual([])
  write(`${good()}# mine\nmaxmemory 5mb\nUNIXSOCKET ""\ncluster-port 16001\ntls-port 0\n`)
  expect(listenProblems(plan())).toEqual([])
})

test('a file that is missing, empty or a folder is named', () => {
  expect(listenProblems(plan())).toEqual([`${temp('6001', 'redis.conf')} does not exist`])
  write(' \n')
  expect(listenProblems(plan())).toEqual([`${temp('6001', 'redis.conf')} is empty`])
  mkdirSync(temp('6002'))
  mkdirSync(temp('6002', 'redis.conf'))
  expect(listenProblems(plan({ dir: temp('6002') }))[0]).toContain('redis.conf cannot be read')
})

test.each([
  ['port 6379', 'port is "6379" instead of "6001"'],
  ['PORT 6379', 'port is "6379" instead of "6001"'],
  ['bind 0.0.0.0', 'bind is "0.0.0.0" instead of "127.0.0.1"'],
  ['bind 127.0.0.1 10.0.0.1', 'bind is "127.0.0.1 10.0.0.1" instead of "127.0.0.1"'],
  ['"bind" "*"', 'bind is "*" instead of "127.0.0.1"'],
  ['unixsocket /tmp/x.sock', 'unixsocket is "/tmp/x.sock"'],
  ['tls-port 7000', 'tls-port is "7000"'],
  ['cluster-port 7000', 'cluster-port is "7000"'],
  ['daemonize yes', 'daemonize is "yes"'],
  ['cluster-enabled no', 'cluster-enabled is "no" instead of "yes"'],
  ['dir /var/lib/redis', 'dir is "/var/lib/redis"'],
  ['include *.conf', 'it includes "*.conf", a pattern; include each file by its name'],
  ['include nowhere.conf', 'nowhere.conf cannot be read'],
])('"%s" is refused, also in a file that is included', (line, problem) => {
  write(`${good()}${line}\n`)
  expect(listenProblems(plan()).join()).toContain(problem)
  write(`${line}\n`, 'mine.conf')
  write(`${good()}include mine.conf\n`)
  expect(listenProblems(plan()).join()).toContain(problem)
})

test('a directive that is missing is named, and the last of several counts', () => {
  write(good().replace('bind 127.0.0.1\n', ''))
  expect(listenProblems(plan())).toEqual(['it lacks "bind 127.0.0.1"'])
  write(`bind 0.0.0.0\n${good()}`)
  expect(listenProblems(plan())).toEqual([])
})

test('files that include each other end', () => {
  write(`${good()}include redis.conf\n`)
  expect(listenProblems(plan())).toContain('it includes more than 100 files')
})

test('with TLS the plain port is closed, and a bind of the lab is what the file has to say', () => {
  const tls = plan({ tls: true, bind: ['127.0.0.1', '10.0.0.1'] })
  expect(listenArgs(tls)).toEqual(['--port', '0', '--tls-port', '6001', '--bind', '127.0.0.1', '10.0.0.1'])
  write(good())
  expect(listenProblems(tls)).toEqual([
    'port is "6001" instead of "0"',
    'it lacks "tls-port 6001"',
    'bind is "127.0.0.1" instead of "127.0.0.1 10.0.0.1"',
  ])
})

test('no server is told a path that it would take for a pattern', () => {
  expect(confSource('/labs/one/6001', 'linux')).toEqual({ args: ['/labs/one/6001/redis.conf'] })
  for (const dir of ['/app [id]/6001', '/a*/6001', '/what?/6001']) {
    expect(confSource(dir, 'linux')).toEqual({ args: ['/proc/self/cwd/redis.conf'] })
    expect(confSource(dir, 'darwin')).toEqual({ args: ['-'], input: `${dir}/redis.conf` })
  }
})
