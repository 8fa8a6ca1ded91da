/** The life of a lab that speaks TLS, from the command line. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import type { Access } from '../../src/node/index.js'
import type { LabStatus, RunRecord } from '../../src/supervisor/index.js'
import { idsOf, isRunning, nodeOf, small, supervisorOf } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'
import { mostBuildMs, tlsBuild } from '../support/tls.js'

const scratch = useScratch()
const patience = { timeout: 60_000, interval: 50 }

let secure: readonly string[]
beforeAll(async () => {
  secure = ['--tls', '--redis', (await tlsBuild()).server]
}, mostBuildMs)

const up = (...args: readonly string[]) => scratch.json<LabStatus>('up', ...secure, ...args)
const status = () => scratch.json<LabStatus>('status')
const purge = async () => expect((await scratch.run('down', '--purge')).code).toBe(0)
const cli = async (...words: readonly string[]) => (await scratch.run('cli', '--', ...words)).stdout.trim()
const readRun = ({ dir }: LabStatus) => JSON.parse(readFileSync(path.join(dir, 'run.json'), 'utf8')) as RunRecord
const tlsOf = ({ tls }: LabStatus): NonNullable<LabStatus['tls']> => {
  if (!tls) throw new Error('this lab does not speak TLS')
  return tls
}
const filesBelow = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(dir, name))
    .filter((file) => statSync(file).isFile())

describe.each(['instant', 'redis-cli'] as const)('formed by %s', (creator) => {
  test('it is proven ready, used, taken down and had back with its data', async () => {
    const lab = await up('--port', 'auto', '--creator', creator, '--set', 'cluster-node-timeout 1500')
    expect(lab).toMatchObject({ creator, state: 'running', ready: { level: 'full', reasons: [] } })
    for (const { port, busPort } of lab.nodes) expect(busPort).toBe(port + 10_000)
    expect(await cli('set', 'kept', 'yes')).toBe('OK')
    expect(await cli('config', 'get', 'port')).toBe('port\n0')

    for (const verb of ['restart', 'kill']) expect((await scratch.run(verb, 'm1')).code, verb).toBe(0)
    expect((await scratch.run('failover', 'r2')).code).toBe(0)
    expect((await scratch.run('reset')).code).toBe(0)
    expect(await cli('set', 'kept', 'yes')).toBe('OK')

    const before = filesBelow(path.dirname(tlsOf(lab).ca)).map((file) => readFileSync(file, 'utf8'))
    expect((await scratch.run('down')).code).toBe(0)
    const again = await scratch.json<LabStatus>('up')
    expect(idsOf(again)).toEqual(idsOf(lab))
    expect(again.ready).toEqual({ level: 'full', reasons: [] })
    expect(filesBelow(path.dirname(tlsOf(again).ca)).map((file) => readFileSync(file, 'utf8'))).toEqual(before)
    expect(await cli('get', 'kept')).toBe('yes')
    await purge()
  })
})

test('up says how to connect, and every key is its owner’s alone and in no log', async () => {
  const { code, stdout, stderr } = await scratch.run('up', ...secure, ...small)
  expect(code, stderr).toBe(0)
  const lab = await status()
  const { ca, cert, key } = tlsOf(lab)
  expect(stdout).toContain(`rediss://127.0.0.1:${nodeOf(lab, 'm1').port}`)
  expect(stdout).toContain(ca)
  expect(path.dirname(ca)).toBe(path.join(lab.dir, 'tls'))
  for (const file of [ca, cert, key]) expect(existsSync(file), file).toBe(true)

  const folder = path.dirname(ca)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  const keys = filesBelow(folder).filter((file) => file.endsWith('.key'))
  expect(keys).toHaveLength(2)
  for (const file of keys) expect(statSync(file).mode & 0o777, file).toBe(0o600)
  const access = path.join(lab.dir, 'access.json')
  expect(statSync(access).mode & 0o777).toBe(0o600)
  expect((JSON.parse(readFileSync(access, 'utf8')) as Access).tls).toEqual(lab.tls)

  expect((await scratch.run('restart', 'm1')).code).toBe(0)
  const elsewhere = filesBelow(lab.dir).filter((file) => !file.startsWith(folder))
  for (const file of [...elsewhere.map((name) => readFileSync(name, 'latin1')), stdout, stderr])
    expect(file).not.toContain('PRIVATE KEY')
  await purge()
  expect(existsSync(lab.dir)).toBe(false)
})

test('a supervisor that was killed is followed by one that knows its way in', async () => {
  const lab = await up('--port', 'auto', '--set', 'cluster-node-timeout 1500')
  await expect.poll(() => readRun(lab).nodes.every(({ runId }) => runId !== null), patience).toBe(true)
  process.kill(supervisorOf(lab).pid, 'SIGKILL')
  await expect.poll(() => isRunning(supervisorOf(lab).pid), patience).toBe(false)
  expect((await scratch.run('up')).code).toBe(0)
  const now = await status()
  expect(now).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] }, tls: lab.tls })
  expect(
    now.nodes.map(({ pid }) => pid),
    'the same processes',
  ).toEqual(lab.nodes.map(({ pid }) => pid))
  process.kill(nodeOf(now, 'r2').pid, 'SIGKILL')
  await expect.poll(async () => nodeOf(await status(), 'r2').restarts, patience).toBe(1)
  await purge()
})

test('certificates that are lost while it is down are made anew when it is had back', async () => {
  const lab = await up(...small)
  expect(await cli('set', 'kept', 'yes')).toBe('OK')
  expect((await scratch.run('down')).code).toBe(0)
  const { ca, key } = tlsOf(lab)
  const before = readFileSync(ca, 'utf8')
  rmSync(key)
  const again = await scratch.json<LabStatus>('up')
  expect(idsOf(again)).toEqual(idsOf(lab))
  expect(readFileSync(ca, 'utf8')).not.toBe(before)
  expect(await cli('get', 'kept')).toBe('yes')
  await purge()
})

test('a lab without TLS is another lab, and so is the other way round', async () => {
  const [, ...redis] = secure
  const plain = await scratch.json<LabStatus>('up', ...redis, ...small)
  expect(plain.tls).toBeNull()
  expect(existsSync(path.join(plain.dir, 'tls'))).toBe(false)
  const refused = await scratch.run('up', ...secure, ...small)
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('--tls: the lab has false, you asked for true')
  expect(await cli('ping')).toBe('PONG')
  await purge()
})

test('a Redis without TLS is refused before anything is touched', async () => {
  const { code, stderr } = await scratch.run('up', '--tls', '--redis', inject('build').server, '--port', 'auto')
  expect(code).toBe(2)
  expect(stderr).toContain('was built without TLS')
  expect(stderr).toContain('BUILD_TLS=yes')
  expect(labsIn(scratch.places).filter((name) => !name.endsWith('.lock'))).toEqual([])
})

test('a directive that TLS itself refuses fails with what Redis says of it, and leaves nothing', async () => {
  const set = ['--set', 'tls-protocols "SSLv1"']
  const { code, stderr } = await scratch.run('up', ...secure, ...small, ...set)
  expect(code).toBe(1)
  expect(stderr).toMatch(/tls/i)
  expect(labsIn(scratch.places).filter((name) => !name.endsWith('.lock'))).toEqual([])
  const failed = path.join(scratch.places.state, 'failed')
  expect(filesBelow(failed).filter((file) => /\.key$|access\.json$/.test(file))).toEqual([])
})

test('install builds with TLS, and both lists of builds tell it apart', async () => {
  // What tests run with is built with TLS already: this finds it.
  const named = process.env['REDIS_LAB_REDIS'] ? [process.env['REDIS_LAB_REDIS']] : []
  const build = await scratch.json<{ server: string; version: string }>('install', ...named, '--tls')
  const [, , server] = secure
  expect(build.server).toBe(server)
  const { builds } = await scratch.json<{ builds: { key: string; tls: boolean }[] }>('cache', 'ls')
  expect(builds.find(({ key }) => server?.includes(`/${key}/`))?.tls).toBe(true)
  expect(builds.find(({ key }) => inject('build').server.includes(`/${key}/`))?.tls).toBe(false)
  expect((await scratch.run('versions')).stdout).toContain(`${build.version} (TLS)`)
})
