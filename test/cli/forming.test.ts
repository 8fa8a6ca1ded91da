/** A lab that is interrupted while it forms, or never becomes one: nothing of it stays. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { neverReady, nodeOf, small } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'
import { watch } from '../support/watch.js'

const scratch = useScratch()
/** The servers are up and joined, and the end of the proof is being waited for. */
const nearlyThere = /^not yet "\w+": m1 \(port \d+\): it refuses writes: NOREPLICAS/m

test('Ctrl-C while the cluster forms undoes everything, and exits 130', async () => {
  const up = watch(scratch.start(['up', ...neverReady]))
  await up.says(nearlyThere)
  expect(scratch.processes()).toHaveLength(5)
  up.kill('SIGINT')
  const { code, stdout, stderr } = await up.ended
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toContain('redis-lab: interrupted: what was begun has been undone')
  expect(scratch.processes()).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
  expect(readdirSync(scratch.places.state)).toEqual(['labs'])
})

test('Ctrl-C in the middle of redis-cli --cluster create ends redis-cli too', async () => {
  const up = watch(scratch.start(['up', ...small, '--creator', 'redis-cli']))
  await up.says(/^joining the nodes with redis-cli$/m)
  up.kill('SIGINT')
  expect(await up.ended).toMatchObject({ code: 130, stdout: '' })
  expect(scratch.processes()).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
})

test('when up is killed while the cluster forms, the supervisor undoes everything, and up works again', async () => {
  const up = watch(scratch.start(['up', ...neverReady]))
  await up.says(nearlyThere)
  up.kill('SIGKILL')
  await up.ended
  await expect.poll(() => scratch.processes(), { timeout: 15_000 }).toEqual([])
  expect(await scratch.json('ls')).toEqual([])

  // The lock of the command that was killed is in nobody's way.
  const { code, stderr } = await scratch.run('up', ...small)
  expect(code, stderr).toBe(0)
  await scratch.run('down', '--purge')
})

test('down of a lab that is still forming ends it, and up says so', async () => {
  const up = watch(scratch.start(['up', ...neverReady]))
  await up.says(nearlyThere)
  const down = await scratch.run('down')
  expect(down.code, down.stderr).toBe(0)
  const { code, stdout, stderr } = await up.ended
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toMatch(
    /^redis-lab: the (lab was taken down while it started|start was interrupted: redis-lab down)$/m,
  )
  expect(scratch.processes()).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
})

test('a lab that is not ready in its time is an error that says, node by node, what is missing', async () => {
  const { code, stdout, stderr } = await scratch.run('up', ...neverReady, '--timeout', '5s')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^redis-lab: the cluster did not reach the level "(replicas|full)" in its time$/m)
  for (const name of ['m1', 'm2', 'm3']) {
    expect(stderr).toMatch(new RegExp(`^  ${name} \\(port \\d+\\): it refuses writes: NOREPLICAS`, 'm'))
  }
  expect(scratch.processes()).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
  const [, logs = ''] = /^ {2}logs: (.*)$/m.exec(stderr) ?? []
  expect(path.dirname(logs)).toBe(path.join(scratch.places.state, 'failed'))
  expect(readFileSync(path.join(logs, 'supervisor.log'), 'utf8')).toContain('"type":"lab-failed"')
})

test('--wait asks for less: a lab that will never be "full" is good enough for "ok"', async () => {
  const { code, stderr } = await scratch.run('up', ...neverReady, '--wait', 'ok')
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('proven ready: ok')
  const lab = await scratch.json<LabStatus>('status')
  expect(lab.state).toBe('degraded')
  expect(lab.ready.level).toMatch(/^(ok|replicas)$/)
  expect(lab.ready.reasons).toHaveLength(3)
  expect(nodeOf(lab, 'm1').state).toBe('running')
  await scratch.run('down', '--purge')
})

test('of two that start the same lab at once, one starts it and the other finds it', async () => {
  const both = await Promise.all([scratch.run('up', ...small), scratch.run('up', ...small)])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  const notes = both.map(({ stderr }) => /^lab "default" (is up|is already running)/m.exec(stderr)?.[1])
  expect(notes.sort()).toEqual(['is already running', 'is up'])
  const lab = await scratch.json<LabStatus>('status')
  expect(scratch.processes()).toHaveLength(4)
  await scratch.run('down', '--purge')
  expect(existsSync(lab.dir)).toBe(false)
})
