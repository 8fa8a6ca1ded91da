/** The proofs of the soak can fail: what is put in their way is found. */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import process from 'node:process'
import { expect, inject, onTestFinished, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { labLock, socketPath } from '../../src/paths.js'
import { identify } from '../../src/util/process-identity.js'
import { ask } from '../support/ask.js'
import { expectAsFresh, expectUndisturbed, noteFresh } from './invariants/as-fresh.js'
import { whatIsLeft } from './invariants/left.js'
import { expectManners } from './manners.js'
import { Place } from './place.js'
import type { World } from './world.js'
import { keysOf, slotOf } from './writer/keys.js'
import { Link } from './writer/link.js'
import { lostOf } from './writer/read-back.js'
import { Writer } from './writer/writer.js'

const world = {
  build: { engine: 'redis', version: '0', source: '', server: '', cli: '' },
  cacheDir: '/nowhere',
  redis: undefined,
  fresh: new Map(),
} as const

function emptyPlace(of: World = world): Place {
  const place = new Place({ world: of, ownCache: false, signal: new AbortController().signal })
  onTestFinished(() => {
    place.sightings.close()
    place.delete()
  })
  return place
}

test('an empty place has nothing left', async () => {
  expect(await whatIsLeft(emptyPlace())).toEqual({ deadLocks: [], rest: [] })
})

test('a process is found by its environment, and another by its folder', async () => {
  const place = emptyPlace()
  const forever = ['-e', 'setInterval(() => {}, 1000)']
  const children = [
    spawn(process.execPath, forever, { env: place.env, stdio: 'ignore' }),
    spawn(process.execPath, forever, { cwd: path.join(place.dir, 'state'), env: {}, stdio: 'ignore' }),
  ]
  onTestFinished(() => children.forEach((child) => child.kill('SIGKILL')))
  await expect
    .poll(async () => (await whatIsLeft(place)).rest.map((line) => Number(/^process +(\d+)/.exec(line)?.[1])).sort())
    .toEqual(children.map(({ pid }) => pid).sort())
})

test("a port is found that is held from within, and one that a stranger has taken is nobody's", async () => {
  const place = emptyPlace()
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  onTestFinished(() => void server.close())
  const program = `net.createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`
  const child = spawn(process.execPath, ['-e', program], { cwd: path.join(place.dir, 'work'), env: place.env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const port = Number(await new Promise((said) => child.stdout.once('data', said)))
  place.sightings.ports.add((server.address() as net.AddressInfo).port).add(port)
  const { rest } = await whatIsLeft(place)
  expect(rest.filter((line) => line.startsWith('port'))).toEqual([`port ${port} is held by pid ${child.pid}`])
})

test('a lab, a snapshot, a socket, a temporary file and locks, dead or held, are found', async () => {
  const place = emptyPlace()
  const dir = path.join(place.dir, 'tmp', 'redis-lab-x')
  mkdirSync(dir)
  symlinkSync(dir, path.join(place.places.state, 'labs', 'x'))
  const socket = socketPath(place.places, dir)
  mkdirSync(path.dirname(socket), { recursive: true, mode: 0o700 })
  writeFileSync(socket, '')
  onTestFinished(() => rmSync(socket, { force: true }))
  mkdirSync(path.join(place.places.state, 'snapshots', '.s.0.draft'), { recursive: true })
  writeFileSync(labLock(place.places, 'x'), JSON.stringify({ ...identify(process.pid), command: 'x' }))
  writeFileSync(labLock(place.places, 'y'), JSON.stringify({ pid: process.pid, startTime: 'before', command: 'y' }))

  const { deadLocks, rest } = await whatIsLeft(place)
  expect(deadLocks).toEqual([labLock(place.places, 'y')])
  expect(rest.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'temporary file',
    'lab state/labs/x',
    'snapshot state/snapshots/.s.0.draft',
    `lock ${labLock(place.places, 'x')},`,
    `socket ${socket}`,
  ])
})

test('a write that is lost is found, by its key', async () => {
  const place = emptyPlace({ ...world, build: inject('build'), cacheDir: inject('cacheDir') })
  const status = await place.json<LabStatus>('up', '--replicas', '0', '--port', 'auto')
  const writer = new Writer({ status, replicas: 0, journal: place.journal })
  await expect.poll(() => writer.acknowledged.size).toBeGreaterThan(300)
  await writer.stop()
  expect(await lostOf(status, writer.acknowledged)).toEqual([])
  const key = [...writer.acknowledged.keys()][200] ?? ''
  const port = writer.acknowledged.get(key)?.port
  expect(await ask(Number(port), 'DEL', key)).toBe(1)
  expect(await lostOf(status, writer.acknowledged)).toEqual([expect.stringContaining(`${key} (slot `)])
  await place.run('down', '--purge')
  expect(await whatIsLeft(place)).toEqual({ deadLocks: [], rest: [] })
})

test('a setting that differs from those of a fresh lab, a note and a paused write are found', async () => {
  const place = emptyPlace({ ...world, build: inject('build'), cacheDir: inject('cacheDir'), fresh: new Map() })
  const args = ['--replicas', '0', '--port', 'auto']
  const status = () => place.json<LabStatus>('status')
  const lab = await place.json<LabStatus>('up', ...args)
  await noteFresh(lab, args, place)
  await expectAsFresh(await status(), args, place)
  const port = Number(lab.nodes[1]?.port)

  await ask(port, 'CONFIG', 'SET', 'maxmemory-samples', 7)
  await expect(expectAsFresh(await status(), args, place)).rejects.toMatchObject({
    kind: 'failure',
    details: ['m2: maxmemory-samples is "7" instead of "5"'],
  })
  await ask(port, 'CONFIG', 'SET', 'maxmemory-samples', 5)

  await ask(port, 'CONFIG', 'SET', 'hz', 50)
  await expect(expectUndisturbed(await status())).rejects.toMatchObject({
    message: expect.stringContaining('has notes') as string,
    details: [expect.stringMatching(/^m2: hz is 50 instead of 10/)],
  })
  await ask(port, 'CONFIG', 'SET', 'hz', 10)

  await ask(port, 'CLIENT', 'PAUSE', 600_000, 'WRITE')
  await expect(expectUndisturbed(lab)).rejects.toThrow('m2 accepts no write: no answer')
  await ask(port, 'CLIENT', 'UNPAUSE')
  await expectAsFresh(await status(), args, place)
  await place.run('down', '--purge')
})

test('a write that the replica has not acknowledged, or that began before a reset, does not count', async () => {
  const place = emptyPlace({ ...world, build: inject('build'), cacheDir: inject('cacheDir') })
  const status = await place.json<LabStatus>('up', '--port', 'auto')
  const [master, replica] = ['m1', 'r1'].map((name) => status.nodes.find((node) => node.name === name))
  const keys = Array.from({ length: 48 }, (_, batch) => keysOf({ writer: 0, parts: 3 }, batch, 1)[0] ?? '')
  const link = await Link.to(Number(master?.port))
  onTestFinished(() => link.close())
  const key = keys.find((one) => slotOf(one) <= Number(master?.slots[0]?.[1])) ?? ''
  expect(await link.write([key], 1)).toEqual([key])
  process.kill(Number(replica?.pid), 'SIGSTOP')
  expect(await link.write([key], 1)).toEqual([])
  process.kill(Number(replica?.pid), 'SIGCONT')

  const writer = new Writer({ status, replicas: 1, journal: place.journal })
  await expect.poll(() => writer.acknowledged.size).toBeGreaterThan(300)
  await place.run('reset')
  writer.forget()
  await expect.poll(() => writer.acknowledged.size).toBeGreaterThan(300)
  await writer.stop()
  expect(await lostOf(await place.json<LabStatus>('status'), writer.acknowledged)).toEqual([])
  await place.run('down', '--purge')
})

const said = (code: number | null, stderr: string) => ({
  words: 'redis-lab up',
  code,
  signal: null,
  stdout: '',
  stderr,
})

test('a command has manners: an exit code of its own, a sentence, no stack and no defect', () => {
  expectManners(said(0, ''))
  expectManners(said(1, 'redis-lab: it did not work\n'))
  expectManners(said(130, ''), { hurried: true })
  expect(() => expectManners(said(3, 'redis-lab: it did not work\n'))).toThrow('none of its exit codes')
  expect(() => expectManners(said(1, 'oh\n'))).toThrow('without a sentence')
  expect(() => expectManners(said(1, 'redis-lab: x\n    at main (file:///x.js:1:2)\n'))).toThrow('a stack')
  expect(() => expectManners(said(1, 'redis-lab: x\nThis is a defect of redis-lab: report it\n'))).toThrow('a defect')
})
