/** redis-lab prune: what processes that were killed have left is cleared, and nothing else. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import process from 'node:process'
import { beforeEach, expect, test } from 'vitest'
import { labEntry, labLock, labsDir, placesFrom, portsDir } from '../../src/paths.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { isRunning, pidsOf, small, supervisorOf } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'

const scratch = useScratch()
/** What others have left on this machine is not this test's to count. */
beforeEach(() => {
  scratch.env['REDIS_LAB_RUNTIME'] = path.join(scratch.dir, 'run')
})
const places = () => placesFrom(scratch.env)
const up = (name: string, ...more: string[]) => scratch.json<LabStatus>('up', ...small, '--name', name, ...more)
const dead = () => JSON.stringify({ pid: spawnSync('true').pid, startTime: 'boot:1', command: 'dead' })

async function orphan(name: string, ...more: string[]): Promise<LabStatus> {
  const lab = await up(name, ...more)
  process.kill(supervisorOf(lab).pid, 'SIGKILL')
  await expect.poll(() => isRunning(supervisorOf(lab).pid)).toBe(false)
  return lab
}

test('where nothing is dead nothing is done', async () => {
  const lab = await up('alive')
  expect(await scratch.run('prune')).toMatchObject({ code: 0, stdout: 'Nothing was dead.\n', stderr: '' })
  expect(await scratch.json<LabStatus>('status', '--name', 'alive')).toEqual(lab)
  await scratch.json('down', '--name', 'alive')
  await scratch.json('prune')
  expect(existsSync(lab.dir), 'a lab that is down is kept').toBe(true)
  await scratch.json('down', '--name', 'alive', '--purge')
})

test('servers without a supervisor are ended, and their data stays, but for ephemeral labs', async () => {
  const [kept, ephemeral, alive] = [await orphan('kept'), await orphan('gone', '--ephemeral'), await up('alive')]
  const pruned = await scratch.json('prune')
  expect(pruned).toMatchObject({ ended: ['kept'], deleted: ['gone'], problems: [] })
  expect([...pidsOf(kept), ...pidsOf(ephemeral)].filter(isRunning)).toEqual([])
  expect(pidsOf(alive).filter(isRunning)).toEqual(pidsOf(alive))
  expect(existsSync(ephemeral.dir)).toBe(false)
  expect(existsSync(supervisorOf(kept).socket)).toBe(false)
  expect((await scratch.run('up', '--name', 'kept')).code).toBe(0)
  await scratch.json('down', '--all', '--purge')
})

test('labs that never came to be, names that lead nowhere and locks of the dead are cleared', async () => {
  const lab = await up('half')
  await scratch.json('down', '--name', 'half')
  const record = path.join(lab.dir, 'lab.json')
  const half = { ...(JSON.parse(spawnSync('cat', [record], { encoding: 'utf8' }).stdout) as object), formed: false }
  writeFileSync(record, JSON.stringify(half))
  symlinkSync(path.join(scratch.dir, 'nowhere'), labEntry(scratch.places, 'nowhere'))
  writeFileSync(labLock(scratch.places, 'killed'), dead())
  writeFileSync(`${labLock(scratch.places, 'killed')}.0123456789ab.tmp`, dead())
  mkdirSync(portsDir(places()), { recursive: true, mode: 0o700 })
  writeFileSync(path.join(portsDir(places()), '5'), dead())

  const { code, stdout } = await scratch.run('prune')
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^Lab "half" was dead and is deleted\.\nLab "nowhere" was dead and is deleted\.\n\d+ dead files /,
  )
  expect(labsIn(scratch.places)).toEqual([])
  expect(readdirSync(portsDir(places()))).not.toContain('5')
})

test('a socket on which somebody answers stays, one on which nobody does goes', async () => {
  const { runtime } = places()
  const [answered, silent] = [
    path.join(runtime, `${'a'.repeat(20)}.sock`),
    path.join(runtime, `${'b'.repeat(20)}.sock`),
  ]
  mkdirSync(runtime, { recursive: true, mode: 0o700 })
  const server = net.createServer().listen(answered)
  await new Promise((resolve) => server.once('listening', resolve))
  const leave = `require('node:net').createServer().listen(${JSON.stringify(silent)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', leave])
  expect(existsSync(silent)).toBe(true)
  try {
    await scratch.json('prune')
    expect(existsSync(answered)).toBe(true)
    expect(existsSync(silent)).toBe(false)
  } finally {
    await new Promise((resolve) => server.close(resolve))
    rmSync(silent, { force: true })
  }
})

test('what cannot be cleared is said, and does not keep the rest from being cleared', async () => {
  mkdirSync(labEntry(scratch.places, 'damaged'), { recursive: true })
  writeFileSync(path.join(labEntry(scratch.places, 'damaged'), 'lab.json'), '{')
  symlinkSync(path.join(scratch.dir, 'nowhere'), labEntry(scratch.places, 'nowhere'))
  const { code, stdout } = await scratch.run('prune')
  expect(code).toBe(1)
  expect(stdout).toContain('Lab "nowhere" was dead and is deleted.')
  expect(stdout).toContain('Not cleared: damaged: the record of this lab cannot be read')
  expect(readdirSync(labsDir(scratch.places))).toEqual(['damaged'])
  rmSync(labEntry(scratch.places, 'damaged'), { recursive: true })
})
