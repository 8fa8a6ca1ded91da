/** redis-lab up --foreground */
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { isRunning, nodeOf, pidsOf, small, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'
import { watch } from '../support/watch.js'

const scratch = useScratch()
const status = () => scratch.json<LabStatus>('status')

test('--foreground shows what happens to the lab, and Ctrl-C takes the lab down and keeps its data', async () => {
  const up = watch(scratch.start(['up', '--foreground', ...small]))
  await up.says(/Ctrl-C takes the lab down/)
  const lab = await status()
  expect(lab).toMatchObject({ state: 'running', ready: { level: 'full' } })

  process.kill(nodeOf(lab, 'm2').pid, 'SIGKILL')
  await up.says(/^m2 ended \(signal SIGKILL\), which nobody asked for$/m)
  await up.says(/^m2 is started again at once \(restart 1\)$/m)
  await up.says(/^m2 answers$/m)
  const now = await status()

  up.kill('SIGINT')
  const { code, stdout, stderr } = await up.ended
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('All 16384 slots are served.')
  expect(stderr).toMatch(/stopping \(Ctrl-C\)[^]*stopped\n$/)
  expect(pidsOf(now).filter(isRunning)).toEqual([])
  expect(existsSync(supervisorOf(lab).socket)).toBe(false)
  expect(await status()).toMatchObject({ state: 'stopped' })
  expect(existsSync(path.join(nodeOf(now, 'm1').dir, 'nodes.conf'))).toBe(true)
  await scratch.run('down', '--purge')
})

test('a foreground command that is killed takes its lab down too', async () => {
  const up = watch(scratch.start(['up', '--foreground', ...small]))
  await up.says(/Ctrl-C takes the lab down/)
  const lab = await status()
  up.kill('SIGKILL')
  await up.ended
  await expect.poll(() => pidsOf(lab).filter(isRunning), { timeout: 15_000 }).toEqual([])
  expect(await status()).toMatchObject({ state: 'stopped' })
  expect(existsSync(supervisorOf(lab).socket)).toBe(false)
  await scratch.run('down', '--purge')
})

test('a foreground command ends by itself when somebody takes its lab down', async () => {
  const up = watch(scratch.start(['up', '--foreground', ...small]))
  await up.says(/Ctrl-C takes the lab down/)
  await scratch.json('down', '--purge')
  const { code, stderr } = await up.ended
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('stopping (redis-lab down)')
})
