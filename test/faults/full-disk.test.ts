/** A lab, and no room for it. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { canMount, useDisks } from '../support/disk.js'
import { idsOf, isRunning, nodeOf, pidsOf, small, supervisorOf } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'

const scratch = useScratch()
const newDisk = useDisks(scratch)
const status = () => scratch.json<LabStatus>('status')
const patience = { timeout: 30_000, interval: 100 }

/** Masters whose next write fails: what fits into the block that the file has already is still taken. */
async function writeUntilRefused(port: number): Promise<void> {
  const slots = (await ask(port, 'CLUSTER', 'SLOTS')) as [number, number, [string, number]][]
  const [first] = slots.find(([, , [, owner]]) => owner === port) ?? [0]
  const key = await keyIn(port, first)
  await expect.poll(() => ask(port, 'SET', key, 'x'.repeat(5000)).then(String, String), patience).toMatch('MISCONF')
}

async function keyIn(port: number, first: number): Promise<string> {
  for (let n = 0; ; n++) {
    const slot = Number(await ask(port, 'CLUSTER', 'KEYSLOT', `key${n}`))
    if (slot >= first && slot < first + 5400) return `key${n}`
  }
}

describe.skipIf(!canMount)('on a full disk', () => {
  test.each([0, 4, 8, 16, 24, 32, 48])('with %i KiB left, up fails and leaves nothing', async (freeKiB) => {
    const disk = newDisk(64)
    disk.fill(freeKiB)
    const { code, stdout, stderr } = await scratch.run('up', ...small, '--dir', path.join(disk.dir, 'lab'))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^redis-lab: .*no space left on device/im)
    expect(stderr).toContain(path.join(disk.dir, 'lab'))
    expect(stderr).toMatch(/^The disk is full: make room, or choose another /m)
    expect(stderr).not.toContain('defect')
    expect(scratch.processes()).toEqual([])
    expect(readdirSync(disk.dir)).toEqual(['filler'])
    expect(labsIn(scratch.places)).toEqual([])
  })

  test('up fails and leaves nothing also where every lab lives there', async () => {
    const disk = newDisk(64)
    disk.fill()
    scratch.env['REDIS_LAB_STATE'] = path.join(disk.dir, 'state')
    const { code, stderr } = await scratch.run('up', ...small)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^redis-lab: .*ENOSPC: no space left on device.*^The disk is full/ms)
    expect(readdirSync(path.join(disk.dir, 'state', 'labs'))).toEqual([])
  })

  test('a lab that was kept cannot be resumed, and is as before once there is room', async () => {
    const disk = newDisk(1024)
    const before = await scratch.json<LabStatus>('up', ...small, '--dir', path.join(disk.dir, 'lab'))
    await scratch.run('cli', '--', 'set', 'kept', 'yes')
    await scratch.json('down')
    for (const freeKiB of [0, 8, 16]) {
      disk.fill(freeKiB)
      const { code, stderr } = await scratch.run('up')
      expect(code, stderr).toBe(1)
      expect(stderr).toMatch(/^redis-lab: .*no space left on device.*^The disk is full/ims)
      expect(scratch.processes()).toEqual([])
      expect(await status()).toMatchObject({ state: 'stopped' })
      expect((await status()).nodes.map(({ role }) => role)).toEqual(['master', 'master', 'master'])
    }
    disk.clear()
    const after = await scratch.json<LabStatus>('up')
    expect(idsOf(after)).toEqual(idsOf(before))
    expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
    await scratch.json('down', '--purge')
  })

  test('a lab that runs refuses writes, says so, and takes them again once there is room', async () => {
    const disk = newDisk(1024)
    const lab = await scratch.json<LabStatus>('up', ...small, '--dir', path.join(disk.dir, 'lab'))
    await scratch.run('cli', '--', 'set', 'kept', 'yes')
    disk.fill()
    const { port } = nodeOf(lab, 'm1')
    await writeUntilRefused(port)
    const now = await status()
    expect(now).toMatchObject({ state: 'degraded', supervisor: lab.supervisor })
    expect(now.ready.reasons).toEqual([
      `m1 (port ${port}): it refuses writes: MISCONF Errors writing to the AOF file: No space left on device`,
    ])
    expect(pidsOf(now)).toEqual(pidsOf(lab))
    expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')

    disk.clear()
    await expect.poll(status, patience).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })
    expect(pidsOf(await status())).toEqual(pidsOf(lab))
    await scratch.json('down', '--purge')
  })

  test('a lab that runs is taken down in order, and purged', async () => {
    const disk = newDisk(1024)
    const lab = await scratch.json<LabStatus>('up', ...small, '--dir', path.join(disk.dir, 'lab'))
    disk.fill()
    await writeUntilRefused(nodeOf(lab, 'm2').port)
    expect(await scratch.json('down', '--purge')).toMatchObject({ was: 'running', purged: true })
    expect(readdirSync(disk.dir)).toEqual(['filler'])
  })

  test('servers whose supervisor was killed are left as they are until they can be adopted', async () => {
    const disk = newDisk(1024)
    const lab = await scratch.json<LabStatus>('up', ...small, '--dir', path.join(disk.dir, 'lab'))
    process.kill(supervisorOf(lab).pid, 'SIGKILL')
    await expect.poll(() => isRunning(supervisorOf(lab).pid)).toBe(false)
    disk.fill()
    const { code, stderr } = await scratch.run('up')
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch('no space left on device')
    const left = await status()
    expect(left).toMatchObject({ state: 'failed', supervisor: null })
    expect(left.nodes.map(({ pid }) => pid)).toEqual(lab.nodes.map(({ pid }) => pid))

    disk.clear()
    const adopted = await scratch.json<LabStatus>('up')
    expect(adopted.nodes.map(({ pid }) => pid)).toEqual(lab.nodes.map(({ pid }) => pid))
    await scratch.json('down', '--purge')
  })
})
