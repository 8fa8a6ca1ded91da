/** A lab of startLab() lives exactly as long as the process that started it, in whatever way that process ends. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { isRunning, nodeOf, pidsOf, supervisorOf } from '../support/lab.js'
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
  const left = () => [
    ...pidsOf(lab).filter(isRunning),
    ...[lab.dir, lab.supervisor?.socket ?? ''].filter((file) => existsSync(file)),
    ...labsIn(scratch.places).filter((name) => name === lab.name),
  ]
  await expect.poll(left, { timeout: 15_000 }).toEqual([])
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

test('a caller that is killed together with its supervisor leaves nothing either', async () => {
  const both = await start('hold')
  process.kill(supervisorOf(both.lab).pid, 'SIGKILL')
  both.kill('SIGKILL')
  await both.ended
  await expectGone(both)
})

test('when the supervisor alone is killed, its lab goes with it: the caller hears of it, and nothing is left', async () => {
  const orphan = await start('hold')
  process.kill(supervisorOf(orphan.lab).pid, 'SIGKILL')
  await expectGone(orphan)
  orphan.kill('SIGUSR2')
  await orphan.says(/the supervisor of the lab ".*" is gone, and the lab ends with it/)
  orphan.kill('SIGTERM')
  await orphan.ended
})

test('a caller that is killed at any moment of the start leaves nothing', async () => {
  // Whatever it has done by then: nothing, a supervisor, a folder, some servers, nearly everything.
  const moments = ['lab-starting', 'node-started', 'node-listening', 'create-done', 'lab-ready']
  for (const moment of moments) {
    const child = spawn(process.execPath, [caller, 'die-at', moment], {
      env: scratch.env,
      cwd: scratch.dir,
      stdio: 'pipe',
    })
    const ended = await watch(child).ended
    expect(ended.stderr).toBe(`dying at ${moment}\n`)
    await expect.poll(() => scratch.processes(), { timeout: 15_000 }).toEqual([])
    await expect.poll(() => labsIn(scratch.places), { timeout: 15_000 }).toEqual([])
    expect(readdirSync(path.join(scratch.dir, 'tmp'))).toEqual([])
  }
})
