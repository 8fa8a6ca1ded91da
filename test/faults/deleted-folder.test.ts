/** Somebody deletes what a running lab lives in. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { isRunning, nodeOf, pidsOf, small, supervisorOf } from '../support/lab.js'
import { labsIn, outcomeOf, useScratch } from '../support/scratch.js'

const scratch = useScratch()
const status = () => scratch.json<LabStatus>('status')
const patience = { timeout: 30_000, interval: 100 }

test('a node whose folder is deleted is told of at once, crashes when it ends, and only an up begins it anew', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  await scratch.run('cli', '--', 'set', 'b', 'yes')
  const { dir, pid, port } = nodeOf(lab, 'm3')
  rmSync(dir, { recursive: true })
  const warned = await status()
  expect(warned).toMatchObject({ state: 'degraded', ready: { level: 'full' } })
  expect(warned.ready.reasons).toEqual([`m3 (port ${port}): its folder ${dir} is gone, and what it holds ends with it`])
  expect(pidsOf(warned)).toEqual(pidsOf(lab))

  process.kill(pid, 'SIGKILL')
  const exit = `its folder ${dir} is gone`
  await expect
    .poll(async () => (await status()).nodes[2], patience)
    .toMatchObject({ state: 'crashed', pid: null, restarts: 5, crash: { exit, restarting: false } })
  const now = await status()
  expect(now.state).toBe('degraded')
  expect(now.ready.reasons[0]).toBe(
    `m3 (port ${port}): it has crashed (${exit}); redis-lab down and redis-lab up begin it anew`,
  )
  const others = [nodeOf(lab, 'm1').pid, nodeOf(lab, 'm2').pid, supervisorOf(lab).pid]
  expect(pidsOf(now)).toEqual(others)

  const start = await scratch.run('start', 'm3')
  expect(start.code).toBe(1)
  expect(start.stderr).toMatch(`redis-lab: m3 (port ${port}) did not start: ${exit}`)
  expect(start.stderr).toMatch(/redis-lab down, then redis-lab up, begins it anew/)
  expect(existsSync(dir)).toBe(false)

  await scratch.json('down')
  expect(await scratch.json('up')).toMatchObject({ state: 'running', ready: { level: 'full' } })
  expect((await scratch.run('cli', '--', 'get', 'b')).stdout).toBe('yes\n')
  expect(existsSync(dir)).toBe(true)
  await scratch.json('down', '--purge')
})

test.each(['with --dir', 'in its usual place'])(
  'a lab whose whole folder is deleted goes down, %s, and the next up begins it anew',
  async (place) => {
    const dir = place === 'with --dir' ? ['--dir', path.join(scratch.dir, 'mine')] : []
    const lab = await scratch.json<LabStatus>('up', ...small, ...dir)
    // Whatever it says: servers may write into it at the same time.
    await outcomeOf(spawn('rm', ['-rf', lab.dir], { stdio: 'ignore' }))
    await expect.poll(() => pidsOf(lab).filter(isRunning), patience).toEqual([])
    expect(existsSync(supervisorOf(lab).socket)).toBe(false)
    expect(existsSync(lab.dir)).toBe(false)
    expect(labsIn(scratch.places)).toEqual([])
    expect(await scratch.run('status')).toMatchObject({ code: 2 })

    expect(await scratch.json('up', ...small, ...dir)).toMatchObject({ state: 'running' })
    await scratch.json('down', '--purge')
  },
)

test('an empty folder does not count as a lab for any command', async () => {
  mkdirSync(path.join(scratch.dir, 'state', 'labs', 'default'), { recursive: true })
  expect(await scratch.json('ls')).toEqual([])
  const { code, stderr } = await scratch.run('status')
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'redis-lab: there is no lab named "default"\nStart it with: redis-lab up\n',
  })
  expect(await scratch.json('up', ...small)).toMatchObject({ state: 'running' })
  await scratch.json('down', '--purge')
})
