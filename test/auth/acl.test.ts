/** A lab with the users of an ACL file. */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { idsOf, isRunning, nodeOf, small, supervisorOf } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'
import { askAs, filesWith } from './support.js'

const scratch = useScratch()
const patience = { timeout: 30_000, interval: 50 }
const alice = { name: 'alice', password: 'wonder-3f1c' }
const rules = `user default off
user alice on >${alice.password} ~a:* +@read +@write +@connection

user bob on nopass ~* -@all +get
`
const purge = async () => expect((await scratch.run('down', '--purge')).code).toBe(0)
const cli = async (...words: string[]) => (await scratch.run('cli', ...words)).stdout.trim()
const usersFile = ({ dir }: { dir: string }) => path.join(dir, 'users.acl')

function aclFile(text = rules): string {
  const file = path.join(scratch.dir, 'given.acl')
  writeFileSync(file, text)
  return file
}

test.each(['instant', 'redis-cli'])(
  'every node has the users of the file, and the lab gets in whatever they are: %s',
  async (creator) => {
    const file = aclFile()
    const lab = await scratch.json<LabStatus>('up', '--port', 'auto', '--creator', creator, '--acl', file)
    expect(lab).toMatchObject({ auth: 'acl', creator, ready: { level: 'full', reasons: [] } })
    for (const { port, dir } of lab.nodes) {
      await expect(askAs(undefined, port, 'GET', 'x')).rejects.toThrow('NOAUTH')
      expect(await askAs(alice, port, 'PING')).toBe('PONG')
      await expect(askAs(alice, port, 'ACL', 'WHOAMI')).rejects.toThrow('NOPERM')
      expect(statSync(usersFile({ dir })).mode & 0o777).toBe(0o600)
    }
    expect(filesWith(alice.password, lab.dir)).toEqual([])
    expect(await cli('r1', '--', 'acl', 'whoami')).toBe('redis-lab')
    expect(await cli('--', 'set', 'a:1', 'x')).toBe('OK')
    const asAlice = ['--user', alice.name, '-a', alice.password, '--no-auth-warning']
    expect(await cli('--', ...asAlice, 'get', 'a:1')).toBe('x')
    expect((await scratch.run('failover', 'r1')).code).toBe(0)
    await expect.poll(async () => (await scratch.json<LabStatus>('status')).ready.level, patience).toBe('full')
    expect(readFileSync(file, 'utf8')).toBe(rules)
    await purge()
  },
)

test('a lab that is resumed or adopted has its users, also those that were saved; those of another file are another lab', async () => {
  const file = aclFile()
  const lab = await scratch.json<LabStatus>('up', ...small, '--acl', file)
  const m1 = nodeOf(lab, 'm1')
  await cli('m1', '--', 'acl', 'setuser', 'carl', 'on', 'nopass', '+ping')
  expect(await cli('m1', '--', 'acl', 'save')).toBe('OK')
  expect(statSync(usersFile(m1)).mode & 0o777, 'what Redis saves, too').toBe(0o600)
  process.kill(supervisorOf(lab).pid, 'SIGKILL')
  await expect.poll(() => isRunning(supervisorOf(lab).pid), patience).toBe(false)
  expect((await scratch.json<LabStatus>('up')).ready.level).toBe('full')

  await scratch.run('down')
  rmSync(path.join(nodeOf(lab, 'm2').dir, 'users.acl'))
  const resumed = await scratch.json<LabStatus>('up', '--acl', file)
  expect(idsOf(resumed)).toEqual(idsOf(lab))
  expect(await askAs({ name: 'carl', password: 'x' }, m1.port, 'PING')).toBe('PONG')
  expect(await askAs(alice, nodeOf(lab, 'm2').port, 'PING')).toBe('PONG')
  expect(readFileSync(file, 'utf8')).toBe(rules)

  writeFileSync(file, `${rules}user dora on nopass\n`)
  const { code, stderr } = await scratch.run('up', '--acl', file)
  expect(code).toBe(2)
  expect(stderr).toContain(`--acl: the lab has ${path.join(lab.dir, 'users.acl')}, you asked for ${file}`)
  await purge()
})

test('a reset brings back users that were added, changed, deleted and saved, also the lab’s own', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small, '--acl', aclFile())
  const [m1, m2, m3] = [nodeOf(lab, 'm1'), nodeOf(lab, 'm2'), nodeOf(lab, 'm3')]
  const before = [m1, m2, m3].map((node) => readFileSync(usersFile(node), 'utf8'))
  await cli('m1', '--', 'acl', 'setuser', 'carl', 'on', 'nopass', '+@all')
  await cli('m1', '--', 'acl', 'deluser', 'alice')
  await cli('m1', '--', 'acl', 'save')
  await cli('m2', '--', 'acl', 'setuser', 'default', 'on', 'nopass', '+@all', '~*')
  await cli('m2', '--', 'config', 'set', 'requirepass', 'x')
  // The lab's own user, for good: nobody of the lab can ask this node any more.
  const carl = { name: 'carl', password: 'any' }
  await cli('m3', '--', 'acl', 'setuser', 'carl', 'on', 'nopass', '+@all')
  expect(await askAs(carl, m3.port, 'ACL', 'DELUSER', 'redis-lab')).toBe(1)
  expect(await askAs(carl, m3.port, 'ACL', 'SAVE')).toBe('OK')
  expect((await scratch.json<LabStatus>('status')).state).toBe('degraded')

  const { code, stdout, stderr } = await scratch.run('reset')
  expect(code, stderr).toBe(0)
  for (const line of [
    'm1: its users.acl was saved otherwise: it is as before',
    'm1: the user alice was deleted: it is as before',
    'm1: the user carl was added: it is deleted',
    'm2: the user default was changed: it is as before',
    'm3: its users.acl was saved otherwise: it is as before',
  ])
    expect(stdout).toContain(line)
  expect([m1, m2, m3].map((node) => readFileSync(usersFile(node), 'utf8'))).toEqual(before)
  for (const { port } of lab.nodes) {
    expect(await askAs(alice, port, 'PING')).toBe('PONG')
    await expect(askAs(undefined, port, 'PING')).rejects.toThrow('NOAUTH')
  }
  await purge()
})

test.each([
  ['# who may read\nuser bob on\n', 'line 1 is a comment'],
  ['user bob on\nbob on >geheim\n', 'line 2 is no user'],
  ['user redis-lab on nopass\n', 'line 1 defines "redis-lab", which is the lab\'s own user'],
])('a file that cannot be one is refused before anything is begun: %j', async (text, problem) => {
  const file = aclFile(text)
  const { code, stdout, stderr } = await scratch.run('up', ...small, '--acl', file)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(`redis-lab: --acl "${file}": ${problem}`)
  expect(stderr).not.toContain('geheim')
  expect(labsIn(scratch.places)).toEqual([])
})

test('a rule that Redis refuses is told in its words, with the number of its line', async () => {
  const { code, stderr } = await scratch.run(
    'up',
    ...small,
    '--acl',
    aclFile(`${rules}user carl on >geheim +nonsense\n`),
  )
  expect(code).toBe(1)
  expect(stderr).toMatch(/^redis-lab: m\d \(port \d+\) did not start: .*users\.acl:5: .*'\+nonsense'/m)
  expect(stderr).toContain('Redis refuses a rule of the file that --acl gave')
  expect(stderr).not.toContain('geheim')
  const evidence = path.join(scratch.places.state, 'failed')
  expect(filesWith('users.acl:5', evidence).length).toBeGreaterThan(0)
  expect(filesWith(createHash('sha256').update('geheim').digest('hex'), evidence)).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
})

test('one password and users exclude each other', async () => {
  const { code, stderr } = await scratch.run('up', ...small, '--acl', aclFile(), '--password', 'geheim')
  expect(code).toBe(2)
  expect(stderr).toContain('Redis ignores its one password (requirepass) where users come in a file')
  expect(stderr).not.toContain('geheim')
})
