/** One node of a running lab, treated by the command line. One lab, treated again and again. */
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LabStatus, NodeStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { isRunning, nodeOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
const status = () => scratch.json<LabStatus>('status')
const node = async (name: string) => (await status()).nodes.find((one) => one.name === name) as NodeStatus
const patience = { timeout: 30_000, interval: 50 }
const allWell = () => expect.poll(status, patience).toMatchObject({ state: 'running', ready: { level: 'full' } })

let lab: LabStatus
beforeAll(async () => {
  lab = await scratch.json<LabStatus>('up', '--port', 'auto')
})
afterAll(async () => {
  await scratch.run('down', '--purge')
})

test('a node that is stopped on purpose stays down, is told apart from a crashed one, and is started again by start', async () => {
  const { pid } = nodeOf(lab, 'r1')
  const stop = await scratch.run('stop', 'r1')
  expect(stop).toMatchObject({ code: 0, stderr: '', stdout: `r1 (port ${nodeOf(lab, 'r1').port}) is stopped\n` })
  expect(isRunning(pid)).toBe(false)

  const down = await status()
  expect(down.nodes[3]).toMatchObject({ name: 'r1', state: 'stopped', pid: null, restarts: 0 })
  expect(down.nodes[3]).not.toHaveProperty('crash')
  expect(down).toMatchObject({ state: 'degraded', ready: { level: 'none' } })
  expect(down.ready.reasons[0]).toMatch(/^r1 \(port \d+\): it was stopped on purpose; redis-lab start r1 starts it$/)
  // Again changes nothing, and is no error.
  expect((await scratch.run('stop', 'r1')).code).toBe(0)

  const { nodes } = await scratch.json<{ nodes: NodeStatus[] }>('start', 'r1')
  expect(nodes).toEqual([expect.objectContaining({ name: 'r1', state: 'running', restarts: 0 })])
  expect(await ask(nodeOf(lab, 'r1').port, 'PING')).toBe('PONG')
  expect((await scratch.run('start', 'r1')).code).toBe(0)
  await allWell()
})

test('a node may be named by its port or the beginning of its id, and several may be named at once', async () => {
  const [r2, r3] = [nodeOf(lab, 'r2'), nodeOf(lab, 'r3')]
  const { nodes } = await scratch.json<{ nodes: NodeStatus[] }>('stop', String(r2.port), r3.id?.slice(0, 12) ?? '')
  expect(nodes.map(({ name, state }) => [name, state])).toEqual([
    ['r2', 'stopped'],
    ['r3', 'stopped'],
  ])
  expect((await scratch.run('start', 'r2', 'r3')).code).toBe(0)
  await allWell()
})

test('restart makes a new process of the node, and does not count as a crash', async () => {
  const before = await node('r1')
  expect((await scratch.run('restart', 'r1')).code).toBe(0)
  const after = await node('r1')
  expect(after).toMatchObject({ id: before.id, state: 'running', restarts: before.restarts })
  expect(after.pid).not.toBe(before.pid)
  await allWell()
})

test('a node that is killed is started again, however often that is asked for', async () => {
  const before = await node('r2')
  for (let kills = 1; kills <= 14; kills++) {
    expect((await scratch.run('kill', 'r2')).code).toBe(0)
    await expect.poll(() => node('r2'), patience).toMatchObject({ state: 'running', restarts: before.restarts + kills })
  }
  await allWell()
})

test('with --no-restart it stays as the crash has left it, and the status says how it ended', async () => {
  const { port } = nodeOf(lab, 'r3')
  const kill = await scratch.run('kill', 'r3', '--no-restart')
  expect(kill).toMatchObject({ code: 0, stdout: `r3 (port ${port}) is crashed\n` })
  const crashed = await status()
  expect(crashed.nodes[5]).toMatchObject({
    state: 'crashed',
    pid: null,
    crash: { exit: 'signal SIGKILL', restarting: false },
  })
  expect(crashed.ready.reasons[0]).toMatch(/^r3 \(port \d+\): it has crashed \(signal SIGKILL\); redis-lab logs r3 /)
  expect((await scratch.run('start', 'r3')).code).toBe(0)
  expect(await node('r3')).not.toHaveProperty('crash')
  await allWell()
})

test('a paused node does nothing, says so in the status at once, and goes on when it is resumed', async () => {
  const { pid, port } = nodeOf(await status(), 'm3')
  expect((await scratch.run('pause', 'm3')).stdout).toBe(`m3 (port ${port}) is paused, pid ${pid}\n`)
  const paused = await status()
  expect(paused.nodes[2]).toMatchObject({ state: 'paused', pid })
  expect(paused.ready.reasons[0]).toMatch(/^m3 \(port \d+\): it is paused; redis-lab resume m3 lets it run on$/)
  const answer = ask(port, 'PING')
  expect((await scratch.run('resume', 'm3')).code).toBe(0)
  expect(await answer, 'what it was asked meanwhile').toBe('PONG')
  expect(await node('m3')).toMatchObject({ state: 'running', pid })
  await allWell()
})

test('a pause by a signal from outside is seen too', async () => {
  const { pid } = nodeOf(await status(), 'r1')
  process.kill(pid, 'SIGSTOP')
  await expect.poll(() => node('r1'), patience).toMatchObject({ state: 'paused' })
  process.kill(pid, 'SIGCONT')
  await expect.poll(() => node('r1'), patience).toMatchObject({ state: 'running' })
  const { stdout } = await scratch.run('logs', '--events', 'r1', '--tail', '2')
  expect(stdout).toMatch(
    /^\S+Z {2}r1 is paused, by a signal from outside\n\S+Z {2}r1 runs on, by a signal from outside\n$/,
  )
  await allWell()
})

test('a paused node can be stopped, killed and restarted like any other', async () => {
  for (const verb of ['kill', 'restart', 'stop']) {
    await scratch.json('pause', 'r2')
    expect((await scratch.run(verb, 'r2')).code, verb).toBe(0)
    await expect.poll(() => node('r2'), patience).toMatchObject({ state: verb === 'stop' ? 'stopped' : 'running' })
  }
  await scratch.json('start', 'r2')
  await allWell()
})

test.each([
  ['resume', 'r1', undefined],
  ['start', 'r1', undefined],
  ['kill', 'r1', /^redis-lab: r1 is stopped: it cannot be killed$/m],
  ['pause', 'r1', /^redis-lab: r1 is stopped: it cannot be paused$/m],
])('%s of a node in another state than it needs', async (verb, name, refusal) => {
  if (refusal) await scratch.json('stop', name)
  const { code, stdout, stderr } = await scratch.run(verb, name)
  if (refusal) {
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(refusal)
    expect(stderr).toContain('redis-lab start r1 starts it.')
    await scratch.json('start', name)
  } else expect(code, stderr).toBe(0)
  await allWell()
})

test('starting a paused node says what would help', async () => {
  await scratch.json('pause', 'r1')
  const { code, stderr } = await scratch.run('start', 'r1')
  expect(code).toBe(2)
  expect(stderr).toBe('redis-lab: r1 is paused: it is there already\nredis-lab resume r1 lets it run on.\n')
  await scratch.json('resume', 'r1')
  await allWell()
})

test('a node that is not there, and no node at all, touch nothing', async () => {
  const before = await status()
  const unknown = await scratch.run('kill', 'm1', 'm9')
  expect(unknown).toMatchObject({ code: 2, stdout: '' })
  expect(unknown.stderr).toMatch(/^redis-lab: the lab "default" has no node "m9"\nA node is a port, /)
  expect((await scratch.run('kill')).stderr).toMatch(/^redis-lab: missing required argument 'nodes'/)
  expect(await status()).toEqual(before)
})

test('what was done to the nodes is kept, with its time and its cause', async () => {
  const { stdout } = await scratch.run('logs', '--events', 'r3', '--tail', '100')
  const lines = stdout.trimEnd().split('\n')
  for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z {2}r3 /)
  const said = lines.map((line) => line.replace(/^\S+ {2}/, '').replaceAll(/\d+/g, 'N'))
  expect(said).toEqual([
    'rN started on port N (pid N)',
    'rN answers',
    'rN ended (exit code N), redis-lab stop',
    'rN started on port N (pid N, redis-lab start)',
    'rN answers',
    'rN ended (signal SIGKILL), redis-lab kill',
    'rN started on port N (pid N, redis-lab start)',
    'rN answers',
  ])
})
