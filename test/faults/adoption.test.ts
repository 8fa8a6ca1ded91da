/** The supervisor of a lab is killed: its servers do not become strangers. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import type { TimedEvent } from '../../src/events.js'
import type { LabStatus, RunRecord } from '../../src/supervisor/index.js'
import { parseJournalLine } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { isRunning, nodeOf, pidsOf, small, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
const status = () => scratch.json<LabStatus>('status')
const patience = { timeout: 30_000, interval: 50 }
const purge = async () => expect((await scratch.run('down', '--purge')).code).toBe(0)
const serverPids = ({ nodes }: LabStatus) => nodes.map(({ pid }) => pid)
const runFile = ({ dir }: LabStatus) => path.join(dir, 'run.json')
const readRun = (lab: LabStatus) => JSON.parse(readFileSync(runFile(lab), 'utf8')) as RunRecord
const journal = ({ dir }: LabStatus): TimedEvent[] =>
  readFileSync(path.join(dir, 'supervisor.log'), 'utf8')
    .split('\n')
    .flatMap((line) => parseJournalLine(line) ?? [])

/** A lab that runs, as far as run.json knows everything about it, and whose supervisor was killed then. */
async function orphaned(...args: string[]): Promise<LabStatus> {
  const lab = await scratch.json<LabStatus>('up', ...args)
  await expect.poll(() => readRun(lab).nodes.every(({ runId }) => runId !== null), patience).toBe(true)
  await killSupervisor(lab)
  return lab
}

async function killSupervisor(lab: LabStatus): Promise<void> {
  process.kill(supervisorOf(lab).pid, 'SIGKILL')
  await expect.poll(() => isRunning(supervisorOf(lab).pid)).toBe(false)
}

test('up adopts the servers as they are, and everything works as before', async () => {
  const lab = await orphaned('--port', 'auto')
  const { code, stdout, stderr } = await scratch.run('up')
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/^taking over lab "default" in /m)
  expect(stdout).toContain('All 16384 slots are served.')
  const now = await status()
  expect(now).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })
  expect(serverPids(now), 'the same processes').toEqual(serverPids(lab))
  expect(supervisorOf(now).pid).not.toBe(supervisorOf(lab).pid)
  expect(supervisorOf(now).socket).toBe(supervisorOf(lab).socket)

  // A server that is nobody's child is still looked after.
  process.kill(nodeOf(now, 'r2').pid, 'SIGKILL')
  await expect.poll(async () => nodeOf(await status(), 'r2'), patience).toMatchObject({ state: 'running', restarts: 1 })
  expect((await scratch.run('restart', 'm1')).code).toBe(0)
  expect((await scratch.run('pause', 'm2')).code).toBe(0)
  expect((await scratch.run('down')).code, 'the paused one too').toBe(0)
  expect(pidsOf(now).filter(isRunning)).toEqual([])
  await purge()
})

test('until somebody does something about it, status and ls say what there is, and touch nothing', async () => {
  const lab = await orphaned(...small)
  const orphan = await status()
  expect(orphan).toMatchObject({ state: 'failed', supervisor: null, ready: { level: 'none' } })
  expect(orphan.ready.reasons[0]).toMatch(/is gone and left 3 servers running: redis-lab up adopts them/)
  expect((await scratch.run('ls')).stdout).toMatch(/^default +failed: its supervisor is gone /m)
  expect((await scratch.run('cli', 'm1', '--', 'ping')).stdout, 'its servers still serve').toBe('PONG\n')
  expect(serverPids(orphan)).toEqual(serverPids(lab))
  expect((await scratch.run('down')).stdout).toContain('is down')
  expect(pidsOf(lab).filter(isRunning)).toEqual([])
  await purge()
})

test('a verb adopts the lab first, and says so', async () => {
  const lab = await orphaned(...small)
  const { code, stdout, stderr } = await scratch.run('restart', 'm2')
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/^taking over lab "default" .*\n(m\d on port \d+ is adopted \(pid \d+\)\n){3}$/)
  expect(stdout).toMatch(/^m2 \(port \d+\) is running/)
  const now = await status()
  expect([nodeOf(now, 'm1').pid, nodeOf(now, 'm3').pid]).toEqual([nodeOf(lab, 'm1').pid, nodeOf(lab, 'm3').pid])
  await purge()
})

test('what was stopped on purpose stays so, what is paused stays so, and what has died since is started', async () => {
  const lab = await scratch.json<LabStatus>('up', '--port', 'auto')
  await scratch.json('stop', 'r1')
  await scratch.json('pause', 'r2')
  await expect.poll(() => readRun(lab).nodes.find(({ name }) => name === 'r1')?.stopped, patience).toBe(true)
  await killSupervisor(lab)
  process.kill(nodeOf(lab, 'r3').pid, 'SIGKILL')
  await expect.poll(() => isRunning(nodeOf(lab, 'r3').pid)).toBe(false)

  expect((await scratch.run('up')).code).toBe(0)
  const now = await status()
  expect(now.state).toBe('degraded')
  expect(now.nodes.slice(3).map(({ name, state }) => [name, state])).toEqual([
    ['r1', 'stopped'],
    ['r2', 'paused'],
    ['r3', 'running'],
  ])
  expect(nodeOf(now, 'r2').pid).toBe(nodeOf(lab, 'r2').pid)
  expect(serverPids(now).slice(0, 3)).toEqual(serverPids(lab).slice(0, 3))
  await scratch.json('start', 'r1')
  await scratch.json('resume', 'r2')
  await expect.poll(status, patience).toMatchObject({ state: 'running', ready: { level: 'full' } })
  await purge()
})

test('another server on the port of a node is not taken for the node', async () => {
  const lab = await orphaned(...small)
  // As if another server had come to the port since: not the run that was written down.
  const run = readRun(lab)
  const nodes = run.nodes.map((node) => (node.name === 'm1' ? { ...node, runId: '0'.repeat(40) } : node))
  writeFileSync(runFile(lab), JSON.stringify({ ...run, nodes }))
  expect((await scratch.run('up')).code).toBe(0)
  const now = await status()
  expect(now).toMatchObject({ state: 'running', ready: { level: 'full' } })
  expect(nodeOf(now, 'm1').pid, 'ended, and started anew').not.toBe(nodeOf(lab, 'm1').pid)
  expect(isRunning(nodeOf(lab, 'm1').pid)).toBe(false)
  expect(nodeOf(now, 'm2').pid).toBe(nodeOf(lab, 'm2').pid)
  await purge()
})

test('a pid that is somebody else now is neither adopted nor signalled', async () => {
  const lab = await orphaned(...small)
  process.kill(nodeOf(lab, 'm1').pid, 'SIGKILL')
  const stranger = scratch.start(['-e', 'setInterval(() => {}, 1000)'], '--no-warnings')
  const run = readRun(lab)
  const nodes = run.nodes.map((node) =>
    node.name === 'm1' && node.process ? { ...node, process: { ...node.process, pid: stranger.pid ?? 0 } } : node,
  )
  writeFileSync(runFile(lab), JSON.stringify({ ...run, nodes }))
  expect((await scratch.run('up')).code).toBe(0)
  expect(nodeOf(await status(), 'm1').pid).not.toBe(stranger.pid)
  await purge()
  expect(stranger.exitCode ?? stranger.signalCode, 'the stranger is well').toBe(null)
  stranger.kill('SIGKILL')
})

test('a server that nobody has written down is found by its folder', async () => {
  const lab = await orphaned(...small)
  writeFileSync(runFile(lab), JSON.stringify({ ...readRun(lab), nodes: [] }))
  expect((await status()).ready.reasons[0]).toMatch(/left 3 servers running/)
  expect((await scratch.run('down')).code).toBe(0)
  expect(pidsOf(lab).filter(isRunning)).toEqual([])
  await purge()
})

test('when nothing runs any more, as after a reboot, up resumes the lab with its data', async () => {
  const lab = await orphaned(...small)
  await ask(nodeOf(lab, 'm1').port, 'CONFIG', 'SET', 'slowlog-max-len', '77')
  for (const { pid } of lab.nodes) process.kill(pid ?? 0, 'SIGKILL')
  await expect.poll(() => pidsOf(lab).filter(isRunning)).toEqual([])
  expect((await status()).ready.reasons[0]).toMatch(/left 0 servers running/)
  const { code, stderr } = await scratch.run('up')
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/^resuming lab "default"/m)
  expect(await status()).toMatchObject({ state: 'running', ready: { level: 'full' } })
  await purge()
})

test('two that adopt at once do it once; one that takes down at the same time is obeyed or waited for', async () => {
  const lab = await orphaned(...small)
  const both = await Promise.all([scratch.run('up'), scratch.run('up')])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(journal(lab).filter((event) => event.type === 'lab-starting' && event.origin === 'orphaned')).toHaveLength(1)
  expect(serverPids(await status())).toEqual(serverPids(lab))

  await killSupervisor(await status())
  const [up, down] = await Promise.all([scratch.run('up'), scratch.run('down')])
  expect(down.code, down.stderr).toBe(0)
  expect([0, 130]).toContain(up.code)
  const after = await status()
  expect(['running', 'stopped']).toContain(after.state)
  expect(after.state === 'stopped' ? scratch.processes() : []).toEqual([])
  await purge()
})

test('a supervisor that is killed in the middle of forming has its servers ended, and the error says so', async () => {
  const up = scratch.run('up', ...small, '--set', 'min-replicas-to-write 1', '--creator', 'redis-cli')
  const starting = async () => {
    const { stdout, code } = await scratch.run('status', '--json')
    return code === 0 ? (JSON.parse(stdout) as LabStatus) : undefined
  }
  await expect.poll(async () => (await starting())?.supervisor?.pid, patience).toBeGreaterThan(0)
  const lab = (await starting()) as LabStatus
  expect(lab.state).toBe('starting')
  process.kill(supervisorOf(lab).pid, 'SIGKILL')
  const { code, stderr } = await up
  expect(code).toBe(1)
  expect(stderr).toMatch(/^redis-lab: the supervisor ended without saying why$/m)
  expect(scratch.processes()).toEqual([])
  expect(existsSync(lab.dir)).toBe(false)
})
