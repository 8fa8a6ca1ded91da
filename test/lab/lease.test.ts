/** A lab of startLab() lives exactly as long as the process that started it, in whatever way that process ends. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { isRunning, nodeOf, pidsOf } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'
import { watch, type Watched } from '../support/watch.js'

const scratch = useScratch()
const caller = fileURLToPath(new URL('fixtures/caller.js', import.meta.url))

interface Caller extends Watched {
  readonly lab: LabStatus
}

/** Runs the program until it has a lab. */
async function start(way: 'hold' | 'exit' | 'throw' | 'finish'): Promise<Caller> {
  const child = spawn(process.execPath, [caller, way], {
    env: scratch.env,
    cwd: scratch.dir,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let line = ''
  child.stdout.on('data', (chunk) => (line += String(chunk)))
  const watched = watch(child)
  await watched.says(/\n/)
  return { ...watched, lab: JSON.parse(line) as LabStatus }
}

async function expectGone({ lab }: Caller): Promise<void> {
  await expect.poll(() => pidsOf(lab).filter(isRunning), { timeout: 15_000 }).toEqual([])
  expect(existsSync(lab.dir)).toBe(false)
  expect(existsSync(lab.supervisor?.socket ?? '')).toBe(false)
  expect(labsIn(scratch.places)).not.toContain(lab.name)
}

test('a caller that is killed, exits, fails or comes to its end takes its lab and its folder with it', async () => {
  const callers = await Promise.all([start('hold'), start('exit'), start('throw'), start('finish')])
  const [killed, exited, failed, finished] = callers
  killed.kill('SIGKILL')
  await killed.ended
  expect(await exited.ended).toMatchObject({ code: 3 })
  expect(await failed.ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('this program has failed') as string,
  })
  // Nothing but the open handle is left of it, and that keeps nobody alive.
  expect(await finished.ended).toMatchObject({ code: 0, stderr: '' })
  for (const one of callers) await expectGone(one)
})

test('a caller that is paused keeps its lab, and goes on with it', async () => {
  const paused = await start('hold')
  paused.kill('SIGSTOP')
  expect(await ask(nodeOf(paused.lab, 'm1').port, 'PING')).toBe('PONG')
  expect(await scratch.json('status', '--name', paused.lab.name)).toEqual(paused.lab)
  paused.kill('SIGCONT')
  paused.kill('SIGUSR2')
  await paused.says(/^the lab is running$/m)
  paused.kill('SIGTERM')
  await paused.ended
  await expectGone(paused)
})
