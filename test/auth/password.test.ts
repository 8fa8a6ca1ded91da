/** A lab whose nodes ask for a password. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { idsOf, isRunning, nodeOf, pidsOf, small, supervisorOf } from '../support/lab.js'
import { outcomeOf, useScratch } from '../support/scratch.js'
import { askAs, password } from './support.js'

const scratch = useScratch()
const user = { password }
const patience = { timeout: 30_000, interval: 50 }
const cli = async (...words: string[]) => (await scratch.run('cli', '--', ...words)).stdout.trim()
const purge = async () => expect((await scratch.run('down', '--purge')).code).toBe(0)

test.each(['instant', 'redis-cli'])('every node asks for it, whoever forms the cluster: %s', async (creator) => {
  const lab = await scratch.json<LabStatus>('up', '--port', 'auto', '--creator', creator, '--password', password)
  expect(lab).toMatchObject({ auth: 'password', creator, ready: { level: 'full', reasons: [] } })
  for (const { port, dir } of lab.nodes) {
    await expect(ask(port, 'PING')).rejects.toThrow('NOAUTH')
    expect(await askAs(user, port, 'PING')).toBe('PONG')
    expect(statSync(path.join(dir, 'redis.conf')).mode & 0o777).toBe(0o600)
  }
  const { code, stdout, stderr } = await scratch.run('cli', 'r1', '--', 'set', 'key', 'value')
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'OK\n', stderr: '' })
  // A failover makes a replica of a master: it has to know the password too.
  expect((await scratch.run('failover', 'r1')).code).toBe(0)
  await expect.poll(async () => (await scratch.json<LabStatus>('status')).ready.level, patience).toBe('full')
  expect((await scratch.run('restart', 'm2')).code).toBe(0)
  await purge()
})

test('a lab that is resumed or adopted has it without being told, and is no other than with it', async () => {
  scratch.env['REDIS_LAB_PASSWORD'] = password
  const lab = await scratch.json<LabStatus>('up', ...small)
  delete scratch.env['REDIS_LAB_PASSWORD']
  expect(await cli('set', 'kept', 'yes')).toBe('OK')
  expect(await scratch.json<LabStatus>('up', '--password', password)).toMatchObject({ auth: 'password' })

  process.kill(supervisorOf(lab).pid, 'SIGKILL')
  await expect.poll(() => isRunning(supervisorOf(lab).pid), patience).toBe(false)
  expect(await scratch.json<LabStatus>('status')).toMatchObject({ state: 'failed', auth: 'password' })
  const adopted = await scratch.json<LabStatus>('up')
  expect(adopted.nodes.map(({ pid }) => pid)).toEqual(lab.nodes.map(({ pid }) => pid))
  expect(adopted.ready).toEqual({ level: 'full', reasons: [] })

  await scratch.run('down')
  const other = await scratch.run('up', '--password', 'another')
  expect(other).toMatchObject({ code: 2, stdout: '' })
  expect(other.stderr).toContain('--password: the lab has another one')
  expect(other.stderr).not.toContain('Gehe1m')
  const resumed = await scratch.json<LabStatus>('up')
  expect(idsOf(resumed)).toEqual(idsOf(lab))
  expect(await cli('get', 'kept')).toBe('yes')
  await expect(ask(nodeOf(resumed, 'm1').port, 'PING')).rejects.toThrow('NOAUTH')
  await purge()
  expect(pidsOf(resumed).filter(isRunning)).toEqual([])
})

test('a reset gives a node its password back, one that was changed and one that was taken away', async () => {
  const lab = await scratch.json<LabStatus>(
    'up',
    '--masters',
    '1',
    '--replicas',
    '1',
    '--port',
    'auto',
    '--password',
    password,
  )
  const [m1, r1] = [nodeOf(lab, 'm1'), nodeOf(lab, 'r1')]
  await askAs(user, m1.port, 'CONFIG', 'SET', 'requirepass', 'another')
  await askAs(user, r1.port, 'CONFIG', 'SET', 'requirepass', '')
  await askAs(undefined, r1.port, 'CONFIG', 'SET', 'masterauth', 'another')
  const { code, stdout, stderr } = await scratch.run('reset')
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('m1: requirepass was a secret: set back to a secret')
  expect(stdout).toContain('r1: requirepass was nothing: set back to a secret')
  for (const { port } of lab.nodes) {
    await expect(ask(port, 'PING')).rejects.toThrow('NOAUTH')
    expect(await askAs(user, port, 'CONFIG', 'GET', 'masterauth')).toEqual(['masterauth', password])
  }

  // Of another supervisor, which was not there when the lab was made, the same is to be had.
  const { pid } = supervisorOf(lab)
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => isRunning(pid), patience).toBe(false)
  await scratch.json('up')
  await askAs(user, m1.port, 'CONFIG', 'SET', 'requirepass', 'another')
  expect((await scratch.run('reset')).stdout).toContain('m1: requirepass was a secret: set back to a secret')
  expect(await askAs(user, m1.port, 'PING')).toBe('PONG')

  // With the password all of our connections are gone: nobody can ask the node any more, and it is started again.
  await askAs(user, m1.port, 'CONFIG', 'SET', 'requirepass', 'another')
  await askAs({ password: 'another' }, m1.port, 'CLIENT', 'KILL', 'TYPE', 'normal')
  expect((await scratch.run('reset')).code).toBe(0)
  expect(await askAs(user, m1.port, 'PING')).toBe('PONG')
  await purge()
})

test('a snapshot knows no password: a lab that begins with it asks for none, or for the one that it is given', async () => {
  await scratch.json('up', ...small, '--password', password)
  expect(await cli('set', 'key', 'value')).toBe('OK')
  expect((await scratch.run('snapshot', 'save', 'with')).code).toBe(0)
  await scratch.run('down')
  expect((await scratch.run('snapshot', 'save', 'kept')).code).toBe(0)
  await purge()
  for (const name of ['with', 'kept']) {
    const open = await scratch.json<LabStatus>('up', '--from', name, '--port', 'auto')
    expect(open.auth).toBe('none')
    expect(await cli('get', 'key')).toBe('value')
    await purge()
  }
  const again = await scratch.json<LabStatus>('up', '--from', 'with', '--port', 'auto', '--password', 'another')
  await expect(ask(nodeOf(again, 'm1').port, 'PING')).rejects.toThrow('NOAUTH')
  expect(await cli('get', 'key')).toBe('value')
  await purge()
  await scratch.run('snapshot', 'rm', 'with', 'kept')
})

test('"-" takes it from a line of standard input', async () => {
  const child = scratch.start(['up', ...small, '--password', '-', '--json'])
  expect(child.stdin, 'nobody is there to type').toBeNull()
  expect(await outcomeOf(child)).toMatchObject({ code: 2, stderr: expect.stringContaining('there was none') as string })
  const { code, stdout } = await scratch.feed(`${password}\n`, 'up', ...small, '--password', '-', '--json')
  expect(code).toBe(0)
  const lab = JSON.parse(stdout) as LabStatus
  expect(await askAs(user, nodeOf(lab, 'm1').port, 'PING')).toBe('PONG')
  await purge()
})

test.each([
  ['', 'an empty one'],
  ['Gehe1m\nport 1', 'a line break'],
  ['Gehe1m'.repeat(100), 'a long one'],
])('what cannot be a password is refused in a sentence without it', async (text) => {
  const { code, stdout, stderr } = await scratch.run('up', ...small, `--password=${text}`)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^redis-lab: --password takes a text of one line, of 1 to 512 bytes/)
  expect(stderr).not.toContain('Gehe1m')
})

test('a config file may have it, and "config" does not tell it', async () => {
  const { code, stdout } = await scratch.run('config', '--json', '--password', password)
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ options: { password: { value: '***', from: 'flag' } } })
  expect((await scratch.run('config')).stdout).toMatch(/^password +- +default$/m)
  expect(stdout).not.toContain('Gehe1m')
})

test('a lab of which access.json is lost says so, and what to do about it', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small, '--password', password)
  await scratch.run('down')
  const file = path.join(lab.dir, 'access.json')
  const text = readFileSync(file, 'utf8')
  rmSync(file)
  expect(await scratch.run('up')).toMatchObject({ code: 1, stderr: expect.stringContaining(`file: ${file}`) as string })
  writeFileSync(file, text, { mode: 0o600 })
  await scratch.json('up')
  await purge()
})
