/** A lab that is interrupted while it forms, or never becomes one: nothing of it stays. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { neverProven, neverReady, nodeOf, small } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'
import { watch } from '../support/watch.js'

const scratch = useScratch()
const forming = /^forming the cluster \(/m
/** The servers are up and joined, and the end of the proof is being waited for. */
const nearlyThere = /^not yet "\w+": r\d \(port \d+\): its link to its master is not up/m

const moments: [moment: string, args: readonly string[], sign: RegExp][] = [
  ['while the cluster forms', neverReady, forming],
  ['in the middle of redis-cli --cluster create', [...small, '--creator', 'redis-cli'], forming],
  ['while the cluster is being proven', neverProven, nearlyThere],
]
test.each(moments)('Ctrl-C %s undoes everything, and exits 130', async (_, args, sign) => {
  const up = watch(scratch.start(['up', ...args]))
  await up.says(sign)
  up.kill('SIGINT')
  const { code, stdout, stderr } = await up.ended
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toContain('redis-lab: interrupted: what was begun has been undone')
  expect(scratch.processes()).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
  expect(readdirSync(scratch.places.state)).toEqual(['labs'])
})

test('when up is killed while the cluster forms, the supervisor undoes everything, and up works again', async () => {
  const up = watch(scratch.start(['up', ...neverReady]))
  await up.says(forming)
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
  const up = watch(scratch.start(['up', ...neverProven]))
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

test('--wait asks for less: a lab that will never be "full" is good enough for "ok"', async () => {
  const { code, stderr } = await scratch.run('up', ...neverProven, '--wait', 'ok')
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('proven ready: ok')
  const lab = await scratch.json<LabStatus>('status')
  expect(lab.state).toBe('degraded')
  expect(lab.ready.level).toMatch(/^(ok|replicas)$/)
  expect(lab.ready.reasons).toHaveLength(3)
  expect(nodeOf(lab, 'm1').state).toBe('running')

  // Resumed with the default again, it runs out of time: the error says, node by node, what is missing.
  await scratch.json('down')
  const late = await scratch.run('up', '--timeout', '4s')
  expect(late).toMatchObject({ code: 1, stdout: '' })
  expect(late.stderr).toMatch(/^redis-lab: the cluster did not reach the level "\w+" in its time$/m)
  expect(late.stderr).toMatch(/^ {2}[mr]\d \(port \d+\): (its link to its master is not up|cluster_state is|it sees)/m)
  expect(late.stderr).toMatch(/--timeout gives it more time/)
  expect(scratch.processes()).toEqual([])
  expect(await scratch.json('status')).toMatchObject({ state: 'stopped' })
  await scratch.run('down', '--purge')
})

test('when redis-cli fails, what it said is shown and kept', async () => {
  const dir = path.join(scratch.dir, 'programs')
  mkdirSync(dir)
  const { server, cli } = inject('build')
  symlinkSync(server, path.join(dir, path.basename(server)))
  const script = `#!/bin/sh\ncase "$1" in --cluster) echo 'NOPERM says redis-cli'; exit 1;; esac\nexec '${cli}' "$@"\n`
  writeFileSync(path.join(dir, path.basename(cli)), script, { mode: 0o755 })
  const { code, stdout, stderr } = await scratch.run('up', ...small, '--creator', 'redis-cli', '--redis', dir)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^redis-lab: redis-cli could not create the cluster: .* exit code 1$/m)
  expect(stderr).toMatch(/^ {2}.*NOPERM/m)
  const [, logs = ''] = /^ {2}logs: (.*)$/m.exec(stderr) ?? []
  expect(path.dirname(logs)).toBe(path.join(scratch.places.state, 'failed'))
  expect(readFileSync(path.join(logs, 'create.log'), 'utf8')).toContain('NOPERM')
  expect(readFileSync(path.join(logs, 'supervisor.log'), 'utf8')).toContain('"type":"lab-failed"')
  expect(scratch.processes()).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
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
