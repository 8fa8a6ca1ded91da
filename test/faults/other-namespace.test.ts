/** Two containers share the folder of a lab: each sees its own processes only, and takes those of the other for neither dead nor its own. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { beforeEach, describe, expect, inject, test } from 'vitest'
import { labFiles, placesFrom } from '../../src/paths.js'
import { readRun, type LabStatus } from '../../src/supervisor/index.js'
import { cut } from '../support/damage.js'
import { isRunning, neverReady, pidsOf, small, supervisorOf } from '../support/lab.js'
import {
  canUnshare,
  runInNamespace,
  runWithoutProc,
  runWithoutSockets,
  startInNamespace,
} from '../support/namespaces.js'
import { outcomeOf, useScratch } from '../support/scratch.js'
import { writeStubTree } from '../support/stub-release.js'
import { watch } from '../support/watch.js'

const scratch = useScratch()
beforeEach(() => {
  scratch.env['REDIS_LAB_RUNTIME'] = path.join(scratch.dir, 'run')
})
const up = () => scratch.json<LabStatus>('up', ...small)
const commands = [
  ['status'],
  ['up'],
  ['down'],
  ['down', '--purge'],
  ['wait'],
  ['stop', 'm1'],
  ['cli'],
  ['snapshot', 'save'],
]

describe.skipIf(!canUnshare)('where pid namespaces can be made, which takes root', () => {
  test('a lab of another namespace whose control socket can be reached runs, and goes down by it', async () => {
    const lab = await up()
    expect((await runInNamespace(scratch, 'ls')).stdout).toMatch(/^default +running /m)
    const status = await runInNamespace(scratch, 'status', '--json')
    expect(JSON.parse(status.stdout)).toEqual(lab)
    expect((await runInNamespace(scratch, 'up')).stderr).toContain('lab "default" is already running')
    expect(await runInNamespace(scratch, 'prune')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Left alone: process \d+ \(the lab "default"\) holds /) as string,
    })
    expect(pidsOf(lab).filter(isRunning)).toEqual(pidsOf(lab))

    const down = await runInNamespace(scratch, 'down', '--purge')
    expect(down).toMatchObject({ code: 0, stdout: 'Lab "default" is down, and its data is deleted.\n' })
    await expect.poll(() => pidsOf(lab).filter(isRunning)).toEqual([])
    expect(existsSync(lab.dir)).toBe(false)
  })

  test('a lab of another namespace whose socket cannot be reached is left alone by every command', async () => {
    const lab = await up()
    const { pid, socket } = supervisorOf(lab)
    for (const command of commands) {
      const { code, stdout, stderr } = await runWithoutSockets(scratch, ...command)
      expect({ code, stdout }, command.join(' ')).toEqual({ code: 1, stdout: '' })
      expect(stderr.split('\n')).toEqual([
        `redis-lab: whether the lab "default" runs is unknown: its process ${pid} cannot be seen from here`,
        expect.stringMatching(/^ {2}it was started in another container or pid namespace of this machine \(host name /),
        `  no answer on its control socket: ${socket}`,
        `Run the command where the lab was started. If that container or machine is gone for good, delete the record of its processes, which loses no data: rm ${labFiles.running(lab.dir)}`,
        '',
      ])
    }
    expect((await runWithoutSockets(scratch, 'ls')).stdout).toMatch(/^default +unknown: it was started in another /m)
    const pruned = await runWithoutSockets(scratch, 'prune')
    expect(pruned).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Left alone: default: whether the lab /) as string,
    })
    expect(existsSync(labFiles.running(lab.dir))).toBe(true)
    expect(await scratch.json('status')).toEqual(lab)
    await scratch.json('down', '--purge')
  })

  test('with a damaged run.json a lab of another namespace is not taken for down while its servers hold their data', async () => {
    const lab = await up()
    // After that nothing writes it again.
    await expect.poll(() => readRun(lab.dir)?.nodes.every(({ runId }) => runId !== null)).toBe(true)
    cut(labFiles.running(lab.dir))
    const { code, stderr } = await runWithoutSockets(scratch, 'down')
    expect(code).toBe(1)
    expect(stderr).toMatch(`redis-lab: a server that cannot be seen from here works in ${String(lab.nodes[0]?.dir)}\n`)
    expect(existsSync(labFiles.running(lab.dir))).toBe(true)
    expect(pidsOf(lab).filter(isRunning)).toEqual(pidsOf(lab))
    await scratch.json('down', '--purge')
  })

  test('with a damaged lab.json a lab of another namespace goes down by its socket', async () => {
    const lab = await up()
    const mend = cut(labFiles.record(lab.dir))
    const { code, stderr } = await runInNamespace(scratch, 'down')
    expect(code).toBe(1)
    expect(stderr).toContain('what ran of the lab has been ended')
    await expect.poll(() => pidsOf(lab).filter(isRunning)).toEqual([])
    mend()
    expect(await scratch.json('up')).toMatchObject({ name: 'default', dir: lab.dir })
    await scratch.json('down', '--purge')
  })

  test('a lab whose namespace was killed is proven gone by its socket and the locks of its servers, and is resumed', async () => {
    const container = watch(startInNamespace(scratch, 'up', '--foreground', ...small))
    await container.says(/attached; Ctrl-C takes the lab down/)
    await scratch.run('cli', '--', 'set', 'kept', 'yes')
    const { dir } = await scratch.json<LabStatus>('status')
    container.kill('SIGKILL')
    await container.ended
    await expect.poll(() => scratch.processes()).toEqual([])
    expect((await scratch.run('ls')).stdout).toMatch(/^default +failed: its supervisor is gone/m)
    const now = await scratch.json<LabStatus>('up')
    expect(now.dir).toBe(dir)
    expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
    await scratch.json('down', '--purge')
  })

  test('without a socket to ask, a killed namespace leaves the lab unknown; the hint clears it, and keeps its data', async () => {
    const container = watch(startInNamespace(scratch, 'up', '--foreground', ...small))
    await container.says(/attached; Ctrl-C takes the lab down/)
    await scratch.run('cli', '--', 'set', 'kept', 'yes')
    container.kill('SIGKILL')
    await container.ended
    await expect.poll(() => scratch.processes()).toEqual([])
    // As in a container that shares this folder, and has a /tmp of its own.
    rmSync(placesFrom(scratch.env).runtime, { recursive: true })
    const { code, stderr } = await scratch.run('up')
    expect(code).toBe(1)
    const hint = /: (rm .*)$/m.exec(stderr)?.[1] ?? ''
    expect(await outcomeOf(scratch.startProgram('sh', ['-c', hint]))).toMatchObject({ code: 0 })
    await scratch.json('up')
    expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
    await scratch.json('down', '--purge')
  })

  test('an up of another namespace is waited for, with the way out, and goes down by its socket', async () => {
    const first = watch(startInNamespace(scratch, 'up', ...neverReady))
    await expect.poll(async () => (await scratch.run('ls')).stdout).toMatch(/^default +running /m)
    const second = watch(scratch.start(['up', ...neverReady]))
    await second.says(
      /waiting for process \d+ \(redis-lab up --name default\): it was started in another .*; if it is gone, delete .*lock/,
    )
    second.kill('SIGINT')
    expect((await second.ended).code).toBe(130)
    expect(await scratch.run('down')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Lab "default" is down/) as string,
    })
    expect((await first.ended).code).toBe(130)
  })

  test('two installs in two namespaces that share a cache build once, and neither deletes the work of the other', async () => {
    scratch.env['REDIS_LAB_CACHE'] = path.join(scratch.dir, 'cache')
    const go = path.join(scratch.dir, 'go')
    spawnSync('mkfifo', [go])
    const { top } = writeStubTree(scratch.dir, { build: inject('build'), serverRecipe: `read word < ${go}` })
    const install = () => watch(startInNamespace(scratch, 'install', `./${top}`))
    const first = install()
    await first.says(/compiling|building|make/i)
    const second = install()
    await second.says(/waiting for process \d+ \(installing .*\): it was started in another container or pid namespace/)
    expect((await scratch.run('prune')).stdout).toMatch(/^Left alone: .*\.tmp-/m)
    writeFileSync(go, 'go\n')
    for (const { ended } of [first, second]) expect((await ended).code).toBe(0)
    expect(readdirSync(path.join(scratch.dir, 'cache', 'builds'))).toHaveLength(1)
    expect((await second.ended).stderr).not.toMatch(/compiling/)
  })

  test('where /proc is hidden a living lab is found by its socket, and what needs an identity touches nothing', async () => {
    const lab = await up()
    expect((await runWithoutProc(scratch, 'ls')).stdout).toMatch(/^default +running /m)
    expect((await runWithoutProc(scratch, 'status')).stdout).toContain('lab "default" is running')
    for (const command of [['up'], ['down', '--purge'], ['prune']]) {
      const { code, stderr } = await runWithoutProc(scratch, ...command)
      expect({ code, stderr }, command.join(' ')).toEqual({
        code: 1,
        stderr:
          'redis-lab: this process cannot be identified, because /proc does not show the processes of its pid namespace\nMount it first: mount -t proc proc /proc\n',
      })
    }
    expect((await runWithoutProc(scratch, 'doctor')).stdout).toMatch(/^missing +processes: this process cannot be /m)
    const [key] = readdirSync(path.join(scratch.places.cache, 'builds')).filter((name) => !name.startsWith('.'))
    expect(await runWithoutProc(scratch, 'cache', 'rm', String(key))).toMatchObject({ code: 2 })
    expect(await runWithoutProc(scratch, 'cache', 'prune')).toMatchObject({ code: 1 })
    expect(pidsOf(lab).filter(isRunning)).toEqual(pidsOf(lab))
    expect(existsSync(lab.dir)).toBe(true)

    process.kill(supervisorOf(lab).pid, 'SIGKILL')
    await expect.poll(() => isRunning(supervisorOf(lab).pid)).toBe(false)
    expect((await runWithoutProc(scratch, 'ls')).stdout).toMatch(/^default +unknown: \/proc does not show /m)
    expect((await runWithoutProc(scratch, 'down')).stderr).toMatch(
      /^redis-lab: whether the lab "default" runs is unknown/,
    )
    expect(await scratch.json('down', '--purge')).toMatchObject({ was: 'orphaned' })
  })
})
