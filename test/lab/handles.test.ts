/** A handle is as good after whatever happens to its lab as before. */
import net from 'node:net'
import process from 'node:process'
import { connectLab, startLab, type Lab, type TimedEvent } from 'redis-lab'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { supervisorOf } from '../support/lab.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
useLibraryEnvironment(scratch, 'file')

const patience = { timeout: 30_000, interval: 20 }
/** Nobody listens there any more: the last thread of the process is gone, too. */
const refuses = (socket: string) =>
  new Promise<boolean>((resolve) => {
    const connection = net.connect(socket, () => connection.destroy())
    connection.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'))
    connection.once('close', () => resolve(false))
  })
const namesOf = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name)

describe('roles', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await startLab({ set: ['cluster-node-timeout 1000'] })
  })
  afterAll(async () => {
    await lab.stop()
  })
  afterEach(async () => {
    await lab.reset()
    expect(namesOf(lab.masters)).toEqual(['m1', 'm2', 'm3'])
    expect(namesOf(lab.replicas)).toEqual(['r1', 'r2', 'r3'])
  })
  const rolesOf = () => Object.fromEntries(lab.nodes.map(({ name, role }) => [name, role]))

  test('are those of the moment after a failover, and the plan is a property of its own', async () => {
    const node = lab.node('m1')
    expect(await lab.failover('r1')).toEqual({ changed: true, promoted: 'r1', demoted: 'm1' })
    expect(node).toMatchObject({ role: 'replica', plannedRole: 'master' })
    expect(lab.node('r1')).toMatchObject({ role: 'master', plannedRole: 'replica' })
    expect(namesOf(lab.masters)).toEqual(['m2', 'm3', 'r1'])
    expect(namesOf(lab.replicas)).toEqual(['m1', 'r2', 'r3'])
    expect(lab.master(0), 'the planned one').toBe(node)
    expect(await lab.failover('r1')).toEqual({ changed: false, promoted: 'r1', demoted: null })
    expect(rolesOf()).toMatchObject({ m1: 'replica', r1: 'master' })
  })

  test('are right after a failover that Redis decided on, which is an event', async () => {
    const heard: TimedEvent[] = []
    const end = lab.on('role-changed', (event) => heard.push(event))
    await lab.kill('m2', { restart: false })
    expect(await lab.waitForFailover('m2', { timeout: '30s' })).toMatchObject({ promoted: 'r2' })
    expect(lab.node('r2').role).toBe('master')
    expect(namesOf(lab.masters), 'a master that lost its slots while it was away').toEqual(['m1', 'm3', 'r2'])
    expect(namesOf(lab.replicas)).toEqual(['r1', 'r3'])
    await expect.poll(() => heard, patience).toMatchObject([{ node: 'r2', role: 'master', master: null }])
    await lab.start('m2')
    await expect.poll(() => heard.length, patience).toBe(2)
    expect(heard[1]).toMatchObject({ node: 'm2', role: 'replica', master: 'r2' })
    expect(namesOf(lab.replicas)).toEqual(['m2', 'r1', 'r3'])
    end()
  })

  test('are right after a failover that a user made with redis-cli, which is an event, too', async () => {
    const heard: TimedEvent[] = []
    const end = lab.on('role-changed', (event) => heard.push(event))
    expect(await ask(lab.node('r3').port, 'CLUSTER', 'FAILOVER', 'TAKEOVER')).toBe('OK')
    await expect.poll(() => lab.node('r3').role, patience).toBe('master')
    await expect.poll(() => lab.node('m3').role, patience).toBe('replica')
    expect(namesOf(lab.masters)).toEqual(['m1', 'm2', 'r3'])
    await expect.poll(() => heard.map((event) => 'node' in event && event.node).sort(), patience).toEqual(['m3', 'r3'])
    end()
  })

  test('a handle has the verbs of the command line, and stop() with a node stops that node', async () => {
    expect(await lab.pause('r1')).toMatchObject({ name: 'r1', state: 'paused' })
    expect(await lab.resume(lab.node('r1'))).toMatchObject({ state: 'running' })
    expect(await lab.stop('r1')).toMatchObject({ state: 'stopped' })
    expect(await lab.start('r1')).toMatchObject({ state: 'running' })
    expect(await lab.restart(lab.node('r1').port)).toMatchObject({ state: 'running' })
    expect(await lab.kill('r1', { restart: false })).toMatchObject({ state: 'crashed' })
    expect(await lab.status()).toMatchObject({ state: 'degraded' })
  })

  test('wrong arguments are refused, and nothing has happened then', async () => {
    const other = { ...lab.node('m1') }
    const calls: [call: () => unknown, sentence: RegExp][] = [
      [() => lab.failover(null as never), /^lab\.failover\(\) takes a node of the lab ".*", not null$/],
      [() => lab.failover('r1', 3 as never), /^r1\.failover\(\) takes an object of options, not 3$/],
      [
        () => lab.failover('r1', { mode: 'gently' as never }),
        /mode takes "agreed", "force" or "takeover", not "gently"/,
      ],
      [() => lab.kill(other as never), /^lab\.kill\(\) takes a node of the lab/],
      [() => lab.kill('m1', { restrt: false } as never), /there is no option "restrt"; did you mean "restart"\?$/],
      [() => lab.stop(undefined as never), /^lab\.stop\(\) takes a node of the lab ".*", not undefined$/],
      [() => lab.reset(1 as never), /^lab\.reset\(\) takes an object of options, not 1$/],
      [() => lab.waitFor('full', 300 as never), /^lab\.waitFor\(\) takes an object of options, not 300$/],
      [
        () => lab.waitFor('ful' as never),
        /^lab\.waitFor\(\) takes a level of readiness, not "ful"; did you mean "full"\?$/,
      ],
      [() => lab.waitForReplicas(null as never), /takes an object of options, not null$/],
      [() => lab.waitForFailover({} as never), /^lab\.waitForFailover\(\) takes a node/],
      [() => lab.slotOf(123 as never), /^lab\.slotOf\(\) takes a key, not 123$/],
      [() => lab.nodeFor(undefined as never), /^lab\.nodeFor\(\) takes a key, not undefined$/],
      [() => lab.keyFor('m1', { prefix: 5 as never }), /^lab\.keyFor\(\): prefix takes a text, not 5$/],
      [() => lab.snapshot({ name: 5 as never }), /^lab\.snapshot\(\): name takes the name of a snapshot, not 5$/],
      [() => lab.upgrade(undefined as never), /^lab\.upgrade\(\): redis takes a release/],
      [() => lab.on('node-exit' as never, () => {}), /not "node-exit"; did you mean "node-exited"\?$/],
      [() => lab.on('*', 5 as never), /^lab\.on\(\) takes a function/],
      [() => lab.node({} as never), /^lab\.node\(\) takes a name, a port or the beginning of an id/],
      [() => lab.master(-1), /^lab\.master\(\) takes an index from 0, not -1$/],
      [() => lab.node('m1').kill({ timeout: 'soon' }), /^m1\.kill\(\): timeout takes a time/],
    ]
    for (const [call, message] of calls) {
      const thrown: unknown = await (async () => call())().then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(thrown).toMatchObject({
        name: 'LabError',
        code: 'bad-input',
        message: expect.stringMatching(message) as string,
      })
    }
    expect(await lab.status()).toMatchObject({ state: 'running', ready: { level: 'full' } })
  })
})

describe('a lab that another process started', () => {
  const small = ['--replicas', '0', '--port', 'auto']
  const started = (all: readonly TimedEvent[]) => all.filter(({ type }) => type === 'node-started').length
  afterEach(async () => {
    await scratch.run('down', '--all', '--purge')
  })

  test('that was stopped and started again answers and is heard of; while it is stopped, that is what calls say', async () => {
    await scratch.json('up', ...small)
    const lab = await connectLab()
    const all: TimedEvent[] = []
    const end = lab.on('*', (event) => all.push(event))
    await lab.status()
    await scratch.json('down')
    await expect(lab.status()).rejects.toMatchObject({
      code: 'lab-not-found',
      message: 'the lab "default" is not running',
    })
    await scratch.json('up')
    expect(await lab.kill('m1')).toMatchObject({ name: 'm1' })
    await expect.poll(() => all.map(({ type }) => type), patience).toContain('node-restarting')
    end()
  })

  test('that was deleted and created again with other ports is followed', async () => {
    await scratch.json('up', ...small)
    const lab = await connectLab()
    const m1 = lab.node('m1')
    const id = m1.id
    await scratch.json('down', '--purge')
    await expect(lab.status()).rejects.toMatchObject({
      code: 'lab-not-found',
      message: 'there is no lab named "default"',
    })
    const again = await scratch.json<LabStatus>('up', ...small, '--masters', '4')
    await lab.status()
    expect(lab.nodes.map(({ name, port, id }) => [name, port, id])).toEqual(
      again.nodes.map(({ name, port, id }) => [name, port, id]),
    )
    expect(lab.node('m1')).toBe(m1)
    expect(m1.id).not.toBe(id)
  })

  test('whose supervisor was killed gets another one with the next call, and is heard of', async () => {
    const before = await scratch.json<LabStatus>('up', ...small)
    const lab = await connectLab()
    const all: TimedEvent[] = []
    const end = lab.on('*', (event) => all.push(event))
    await lab.status()
    const { pid, socket } = supervisorOf(before)
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => refuses(socket), patience).toBe(true)
    expect(lab.masters.map(({ name }) => name)).toEqual(['m1', 'm2', 'm3'])
    expect(await lab.restart('m1')).toMatchObject({ state: 'running' })
    await expect.poll(() => started(all), patience).toBe(1)
    expect(supervisorOf(await lab.status()).pid).not.toBe(pid)
    end()
  })
})

test('a callback that throws breaks neither the start nor the end, and is a warning', async () => {
  const warnings: string[] = []
  const onWarning = (warning: Error) => warnings.push(warning.message)
  process.on('warning', onWarning)
  const lab = await startLab({
    replicas: 0,
    onEvent() {
      throw new Error('mine')
    },
  })
  const heard: string[] = []
  lab.on('*', () => {
    throw new Error('also mine')
  })
  lab.on('lab-stopped', ({ type }) => heard.push(type))
  await lab.stop()
  expect(heard).toEqual(['lab-stopped'])
  await expect.poll(() => warnings, patience).toEqual(['onEvent threw: mine', 'a listener to "*" threw: also mine'])
  process.off('warning', onWarning)
})

test('startLab() and connectLab() refuse wrong options', async () => {
  const calls: [call: () => Promise<unknown>, sentence: RegExp][] = [
    [() => startLab(3 as never), /^startLab\(\) takes an object of options, not 3$/],
    [() => startLab(null as never), /not null$/],
    [() => startLab({ signal: {} as never }), /^startLab\(\): signal takes an AbortSignal, not \{\}$/],
    [() => startLab({ onEvent: 'x' as never }), /^startLab\(\): onEvent takes a function, not "x"$/],
    [
      () => startLab({ config: true as never }),
      /^startLab\(\): config takes the path of a config file, or false, not true$/,
    ],
    [() => startLab(Object.create({ masters: 5 }) as never), /^startLab\(\): the option "masters" is inherited/],
    [() => startLab({ mastres: 5 } as never), /there is no option "mastres"; did you mean "masters"\?$/],
    [() => connectLab(5 as never), /^connectLab\(\) takes the name of a lab, not 5$/],
    [() => connectLab('x', { confg: false } as never), /there is no option "confg"; did you mean "config"\?$/],
  ]
  for (const [call, message] of calls)
    await expect(call()).rejects.toMatchObject({
      name: 'LabError',
      code: 'bad-input',
      message: expect.stringMatching(message) as string,
    })
})

test('an aborted call rejects with the reason of its signal', async () => {
  const reason = new Error('no longer wanted')
  const signal = AbortSignal.abort(reason)
  await expect(startLab({ signal })).rejects.toBe(reason)
  await expect(connectLab('none', { signal })).rejects.toBe(reason)
})
