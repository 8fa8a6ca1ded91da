/** A lab whose folder can be read, and not written to. */
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { canMount, useDisks } from '../support/disk.js'
import { idsOf, small } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'

const scratch = useScratch()
const newDisk = useDisks(scratch)

describe.skipIf(!canMount)('on a disk that is read-only', () => {
  test('a folder that cannot be made is bad input, and nothing is touched', async () => {
    const disk = newDisk(64)
    disk.protect()
    const dir = path.join(disk.dir, 'labs', 'mine')
    const { code, stdout, stderr } = await scratch.run('up', ...small, '--dir', dir)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(`redis-lab: the folder ${dir} cannot be made: EROFS: read-only file system`)
    expect(stderr).toMatch(/^Choose another folder with --dir/m)
    expect(labsIn(scratch.places)).toEqual([])
  })

  test('a folder that is there already cannot become a lab, and stays as it is', async () => {
    const disk = newDisk(64)
    const dir = path.join(disk.dir, 'mine')
    mkdirSync(dir)
    disk.protect()
    const { code, stderr } = await scratch.run('up', ...small, '--dir', dir)
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch(`redis-lab: a folder cannot be used: EROFS: read-only file system, open '${dir}/lab.json`)
    expect(stderr).toMatch(/^Folders are chosen with REDIS_LAB_STATE, REDIS_LAB_CACHE and --dir/m)
    expect(readdirSync(dir)).toEqual([])
    expect(labsIn(scratch.places)).toEqual([])
  })

  test('where every lab would live, up says so and the rest has nothing to tell', async () => {
    const disk = newDisk(64)
    disk.protect()
    const state = path.join(disk.dir, 'state')
    scratch.env['REDIS_LAB_STATE'] = state
    const up = await scratch.run('up', ...small)
    expect(up.code).toBe(1)
    expect(up.stderr).toMatch(`redis-lab: a folder cannot be used: EROFS: read-only file system, mkdir '${state}'`)
    expect(up.stderr).toMatch(/^Folders are chosen with REDIS_LAB_STATE/m)
    expect(await scratch.run('status')).toMatchObject({ code: 2 })
    expect(await scratch.run('ls')).toMatchObject({ code: 0 })
    expect(await scratch.run('down')).toMatchObject({ code: 0 })
  })

  test('a lab that was kept is neither resumed nor deleted, and is as before afterwards', async () => {
    const disk = newDisk(1024)
    const before = await scratch.json<LabStatus>('up', ...small, '--dir', path.join(disk.dir, 'lab'))
    await scratch.run('cli', '--', 'set', 'kept', 'yes')
    await scratch.json('down')
    disk.protect()
    for (const args of [['up'], ['down', '--purge']]) {
      const { code, stderr } = await scratch.run(...args)
      expect(code, stderr).toBe(1)
      expect(stderr).toMatch(/^redis-lab: a folder cannot be used: EROFS: read-only file system, \w+ '.*\/lab\//m)
      expect(scratch.processes()).toEqual([])
      expect(await scratch.json('status')).toMatchObject({ state: 'stopped' })
    }
    expect(await scratch.json('down')).toMatchObject({ was: 'stopped' })

    disk.unprotect()
    const after = await scratch.json<LabStatus>('up')
    expect(idsOf(after)).toEqual(idsOf(before))
    expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
    await scratch.json('down', '--purge')
  })
})
