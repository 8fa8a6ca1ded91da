/** The nodes of a lab in the hands of a program: treated, and heard of. */
import { connectLab, startLab, type Lab, type TimedEvent } from 'redis-lab'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask } from '../support/ask.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
useLibraryEnvironment(scratch, 'file')

const patience = { timeout: 30_000, interval: 50 }
let lab: Lab
beforeAll(async () => {
  lab = await startLab()
})
afterAll(async () => {
  await lab.stop()
})
const allWell = () =>
  expect.poll(() => lab.status(), patience).toMatchObject({ state: 'running', ready: { level: 'full' } })

test('a node is found by its name, its port, the beginning of its id, and by what it was planned to be', () => {
  const [m1, m2] = lab.nodes
  expect(lab.node('m1')).toBe(m1)
  expect(lab.node(m2?.port ?? 0)).toBe(m2)
  expect(lab.node(m2?.id?.slice(0, 20) ?? '')).toBe(m2)
  expect(lab.master(1)).toBe(m2)
  expect(lab.replica().name).toBe('r1')
  expect(() => lab.node('m9')).toThrow(/^the lab ".*" has no node "m9"$/)
})

test('each verb resolves when it is a fact', async () => {
  const r1 = lab.replica(0)
  expect(await r1.pause()).toMatchObject({ name: 'r1', state: 'paused' })
  expect(await r1.resume()).toMatchObject({ state: 'running' })
  expect(await r1.stop()).toMatchObject({ state: 'stopped', pid: null })
  expect(await r1.start()).toMatchObject({ state: 'running' })
  expect(await r1.restart()).toMatchObject({ state: 'running', restarts: 0 })
  expect(await r1.kill({ restart: false })).toMatchObject({ state: 'crashed', crash: { exit: 'signal SIGKILL' } })
  await expect(r1.pause()).rejects.toMatchObject({ code: 'wrong-state', message: 'r1 is crashed: it cannot be paused' })
  await r1.start({ timeout: '20s' })
  await expect(r1.start({ timeout: 'soon' })).rejects.toMatchObject({ code: 'bad-input' })
  await allWell()
})

test('a failover resolves when every node agrees', async () => {
  expect(await lab.failover('r2')).toEqual({ changed: true, promoted: 'r2', demoted: 'm2' })
  expect(String(await ask(lab.replica(1).port, 'ROLE'))).toMatch(/^master/)
  expect(await lab.node('m2').failover({ mode: 'takeover' })).toEqual({ changed: true, promoted: 'm2', demoted: 'r2' })
  await allWell()
})

test.each<[string, () => Promise<Lab>]>([
  ['a lab of its own', async () => lab],
  ['a lab that somebody else has started', () => connectLab(lab.name)],
])('a program hears of what happens in %s, with time and cause', async (_, hold) => {
  const held = await hold()
  const all: TimedEvent[] = []
  const pids: number[] = []
  const deaf = [
    held.on('*', (event) => all.push(event)),
    held.on('node-started', ({ pid, cause }) => cause === 'crash' && pids.push(pid)),
  ]
  await held.replica(2).kill()
  await expect.poll(() => all.map(({ type }) => type), patience).toContain('node-listening')
  expect(all.slice(0, 3)).toEqual([
    expect.objectContaining({ type: 'node-exited', node: 'r3', exit: 'signal SIGKILL', cause: 'kill' }),
    expect.objectContaining({ type: 'node-restarting', node: 'r3', delayMs: 0 }),
    expect.objectContaining({ type: 'node-started', node: 'r3', cause: 'crash' }),
  ])
  for (const { at } of all) expect(new Date(at).toISOString()).toBe(at)
  expect(pids).toHaveLength(1)

  deaf.forEach((end) => end())
  const heard = all.length
  await held.replica(2).restart()
  await allWell()
  expect(all).toHaveLength(heard)
})
