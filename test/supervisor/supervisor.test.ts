/** What happens to a lab when its processes are treated badly. One lab, hurt again and again. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LabEvent } from '../../src/events.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { idsOf, isRunning, nodeOf, pidsOf, small, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
const status = () => scratch.json<LabStatus>('status')
const patience = { timeout: 30_000, interval: 100 }

let lab: LabStatus
beforeAll(async () => {
  lab = await scratch.json<LabStatus>('up', ...small)
  await scratch.run('cli', '--', 'set', 'kept', 'yes')
})
afterAll(async () => {
  await scratch.run('down', '--purge')
})

/** Everything that supervisors of this lab have written down. */
const journal = () =>
  readFileSync(path.join(lab.dir, 'supervisor.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LabEvent)

async function expectSameData(): Promise<void> {
  expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
  expect(idsOf(await status())).toEqual(idsOf(lab))
}

test('a server that is killed is started again, and its restarts are counted', async () => {
  const killed = nodeOf(await status(), 'm2')
  process.kill(killed.pid, 'SIGKILL')
  await expect.poll(async () => (await status()).nodes[1]?.restarts, patience).toBe(1)
  await expect.poll(status, patience).toMatchObject({ state: 'running', ready: { level: 'full' } })

  const now = nodeOf(await status(), 'm2')
  expect(now).toMatchObject({ id: killed.id, state: 'running', restarts: 1 })
  expect(now.pid).not.toBe(killed.pid)
  expect((await scratch.run('status')).stdout).toMatch(/^m2 .* restarted /m)
  expect(journal()).toContainEqual(expect.objectContaining({ type: 'node-restarting', node: 'm2', attempt: 1 }))
  await expectSameData()
})

test('a server that was told to shut down by a client is started again too', async () => {
  const { port, pid } = nodeOf(await status(), 'm1')
  await ask(port, 'SHUTDOWN').catch(() => {})
  await expect.poll(async () => (await status()).nodes[0], patience).toMatchObject({ state: 'running', restarts: 1 })
  expect(nodeOf(await status(), 'm1').pid).not.toBe(pid)
  await expect.poll(status, patience).toMatchObject({ state: 'running' })
})

test('SIGTERM to the supervisor takes the lab down in order', async () => {
  const before = await status()
  process.kill(supervisorOf(before).pid, 'SIGTERM')
  await expect.poll(() => pidsOf(before).filter(isRunning), patience).toEqual([])
  expect(existsSync(supervisorOf(before).socket)).toBe(false)
  expect(await status()).toMatchObject({ state: 'stopped' })
  const events = journal()
  const stopping = events.findLastIndex((event) => event.type === 'lab-stopping')
  expect(events[stopping]).toMatchObject({ reason: 'the supervisor got SIGTERM' })
  expect(events.slice(stopping + 1)).toEqual([
    ...lab.nodes.map(
      () => expect.objectContaining({ type: 'node-exited', exit: 'exit code 0', cause: 'down' }) as object,
    ),
    expect.objectContaining({ type: 'lab-stopped' }),
  ])

  expect((await scratch.run('up')).code).toBe(0)
  await expectSameData()
})

test('when the supervisor is killed, status says so, down ends what it left, and up resumes', async () => {
  const before = await status()
  process.kill(supervisorOf(before).pid, 'SIGKILL')
  await expect.poll(() => isRunning(supervisorOf(before).pid)).toBe(false)

  const failed = await status()
  expect(failed).toMatchObject({ state: 'failed', supervisor: null, ready: { level: 'none' } })
  expect(failed.ready.reasons).toEqual([
    `its supervisor (pid ${supervisorOf(before).pid}) is gone and left 3 servers running: redis-lab up adopts them, redis-lab down ends them`,
  ])
  expect(pidsOf(failed)).toEqual(before.nodes.map((node) => node.pid))
  expect((await scratch.run('ls')).stdout).toMatch(/^default +failed: its supervisor is gone /m)

  const down = await scratch.json('down')
  expect(down).toMatchObject({ was: 'orphaned', purged: false })
  expect(pidsOf(before).filter(isRunning)).toEqual([])
  expect(existsSync(supervisorOf(before).socket)).toBe(false)
  expect(await status()).toMatchObject({ state: 'stopped' })

  expect((await scratch.run('up')).code).toBe(0)
  await expectSameData()
})

test('a server that cannot start is given up after a few crashes, and the lab says so', async () => {
  const { pid, dir } = nodeOf(await status(), 'm3')
  const nodesConf = path.join(dir, 'nodes.conf')
  const text = readFileSync(nodesConf, 'utf8')
  writeFileSync(nodesConf, 'garbage\n')
  process.kill(pid, 'SIGKILL')
  await expect
    .poll(() => journal().find((event) => event.type === 'node-gave-up'), patience)
    .toMatchObject({
      node: 'm3',
      crashes: 6,
      logTail: expect.arrayContaining([
        expect.stringContaining('Unrecoverable error: corrupted cluster config file') as string,
      ]) as string[],
    })
  const now = await status()
  expect(now.nodes[2]).toMatchObject({ name: 'm3', state: 'crashed', pid: null, restarts: 5 })
  expect(now).toMatchObject({ state: 'degraded' })
  expect(now.ready.reasons).toEqual([expect.stringMatching(/^m3 \(port \d+\): it has crashed/)])

  // What a person would do then: put the file right, and start the lab again.
  expect((await scratch.run('down')).code).toBe(0)
  writeFileSync(nodesConf, text)
  const up = await scratch.run('up')
  expect(up.code, up.stderr).toBe(0)
  await expectSameData()
})

test('a lab that cannot be resumed is an error with the words of Redis, and its data stays', async () => {
  await scratch.json('down')
  const nodesConf = path.join(lab.dir, String(lab.nodes[2]?.port), 'nodes.conf')
  const text = readFileSync(nodesConf, 'utf8')
  writeFileSync(nodesConf, 'garbage\n')
  const { code, stdout, stderr } = await scratch.run('up')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^redis-lab: m3 \(port \d+\) did not start: .*corrupted cluster config file/m)
  expect(scratch.processes()).toEqual([])
  expect(await status()).toMatchObject({ state: 'stopped' })

  writeFileSync(nodesConf, text)
  expect((await scratch.run('up')).code).toBe(0)
  await expectSameData()
})

test('a server that is paused is taken down all the same', async () => {
  const before = await status()
  process.kill(nodeOf(before, 'm1').pid, 'SIGSTOP')
  const { code, stderr } = await scratch.run('down')
  expect(code, stderr).toBe(0)
  expect(pidsOf(before).filter(isRunning)).toEqual([])
})
