/** Commands that meet: one wins, the other says what it found, and no record is ever broken. */
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { neverProven, small } from '../support/lab.js'
import { labsIn, useScratch, type Outcome } from '../support/scratch.js'
import { watch } from '../support/watch.js'

const scratch = useScratch()
const later = (delayMs: number, ...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => void setTimeout(() => resolve(scratch.run(...args)), delayMs))

/** Ends in words, never in a stack or a defect. */
function expectInWords({ code, stderr }: Outcome): void {
  expect([0, 1, 2, 130]).toContain(code)
  expect(stderr).not.toMatch(/This is a defect|^ +at /m)
}

test('up and down at the same time, at whatever distance', async () => {
  for (const delayMs of [0, 40, 80, 120, 160, 200]) {
    const [up, down] = await Promise.all([scratch.run('up', ...small), later(delayMs, 'down')])
    expectInWords(up)
    expectInWords(down)
    const lab = await scratch.run('status', '--json')
    const state = lab.code === 0 ? (JSON.parse(lab.stdout) as LabStatus).state : 'none'
    // down won, or it came too early to find anything.
    expect(['running', 'stopped', 'none']).toContain(state)
    if (state !== 'running') expect(scratch.processes()).toEqual([])
    expect((await scratch.run('down', '--purge')).code).toBe(0)
    expect(scratch.processes()).toEqual([])
    expect(labsIn(scratch.places)).toEqual([])
  }
})

test('down twice: both return when it is down', async () => {
  await scratch.json('up', ...small)
  const downs = await Promise.all([scratch.run('down'), scratch.run('down'), scratch.run('down', '--purge')])
  for (const down of downs) expect(down.code, down.stderr).toBe(0)
  expect(scratch.processes()).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
})

test('status while the lab starts says so, whatever there is of it by then', async () => {
  const up = watch(scratch.start(['up', ...neverProven]))
  const seen = new Set<string>()
  const look = async () => {
    const { code, stdout, stderr } = await scratch.run('status', '--json')
    if (code === 0) seen.add((JSON.parse(stdout) as LabStatus).state)
    else
      expect(stderr).toMatch(
        /^redis-lab: there is no lab named "default"( yet: process \d+ is about to start it .*)?$/m,
      )
    return seen.has('starting')
  }
  await expect.poll(look, { timeout: 30_000, interval: 10 }).toBe(true)
  expect([...seen]).toEqual(['starting'])
  const { stdout } = await scratch.run('ls')
  expect(stdout).toMatch(/^default +running /m)
  up.kill('SIGINT')
  expect((await up.ended).code).toBe(130)
})

test('a verb while the lab starts is refused in words', async () => {
  const up = watch(scratch.start(['up', ...neverProven]))
  await up.says(/^not yet "/m)
  const kill = await scratch.run('kill', 'm1')
  expect(kill).toMatchObject({ code: 2, stdout: '' })
  expect(kill.stderr).toMatch(/^redis-lab: the lab is starting: its nodes are not to be had yet$/m)
  up.kill('SIGINT')
  await up.ended
})

test('many verbs at once on one node end in one state', async () => {
  await scratch.json('up', ...small)
  const verbs = ['restart', 'stop', 'start', 'restart', 'start', 'kill', 'start']
  const outcomes = await Promise.all(verbs.map((verb) => scratch.run(verb, 'm2')))
  outcomes.forEach(expectInWords)
  expect((await scratch.run('start', 'm2')).code).toBe(0)
  const status = () => scratch.json<LabStatus>('status')
  await expect.poll(status, { timeout: 30_000 }).toMatchObject({ state: 'running', ready: { level: 'full' } })
  const lab = await status()
  expect(scratch.processes()).toHaveLength(lab.nodes.length + 1)
  await scratch.json('down', '--purge')
  expect(existsSync(lab.dir)).toBe(false)
})
