/** What a lab wrote about itself is cut off in the middle, gone, or copied. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { labFiles } from '../../src/paths.js'
import { cut, expectSameLab, upWithData } from '../support/damage.js'
import { isRunning, pidsOf, small, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()

test('a lab that is down is not touched while its lab.json is damaged, and not lost', async () => {
  const lab = await upWithData(scratch)
  await scratch.json('down')
  const file = labFiles.record(lab.dir)
  const mend = cut(file)
  for (const command of [['status'], ['up'], ['down'], ['down', '--purge'], ['cli']]) {
    const { code, stdout, stderr } = await scratch.run(...command)
    expect({ code, stdout }, command.join(' ')).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^redis-lab: the record of this lab cannot be read/)
    expect(stderr).toContain(`file: ${file}`)
    expect(stderr).toMatch(/^The data of the nodes is untouched/m)
    expect(stderr).not.toContain('has been ended')
  }
  expect((await scratch.run('ls')).stdout).toMatch(/^default +failed: the record of this lab cannot be read/m)
  mend()
  await expectSameLab(scratch, lab)
})

test.each(['runs', 'has lost its supervisor'])(
  'a lab that %s while its lab.json is damaged can still be had down',
  async (state) => {
    const lab = await upWithData(scratch)
    const file = labFiles.record(lab.dir)
    const mend = cut(file)
    if (state !== 'runs') {
      process.kill(supervisorOf(lab).pid, 'SIGKILL')
      await expect.poll(() => isRunning(supervisorOf(lab).pid)).toBe(false)
    }
    expect(await scratch.run('status')).toMatchObject({ code: 1 })
    expect((await scratch.run('ls')).stdout).toMatch(/^default +failed: the record of this lab cannot be read/m)

    const { code, stderr } = await scratch.run('down')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^redis-lab: the record of this lab cannot be read/)
    expect(stderr).toContain(`file: ${file}`)
    expect(stderr).toContain('what ran of the lab has been ended')
    expect(pidsOf(lab).filter(isRunning)).toEqual([])
    expect(existsSync(supervisorOf(lab).socket)).toBe(false)
    mend()
    await expectSameLab(scratch, lab)
  },
)

test('with --all the other labs go down all the same, and the damage is told', async () => {
  const lab = await upWithData(scratch)
  await scratch.json('up', ...small, '--name', 'other')
  const mend = cut(labFiles.record(lab.dir))
  const { code, stdout, stderr } = await scratch.run('down', '--all')
  expect(code).toBe(1)
  expect(stdout).toMatch(/^Lab "other" is down\./)
  expect(stderr).toMatch(/^redis-lab: the record of this lab cannot be read/)
  expect(scratch.processes()).toEqual([])
  mend()
  await scratch.json('down', '--all', '--purge')
})

test('a folder that lost its lab.json is never taken for a new one', async () => {
  const lab = await upWithData(scratch)
  await scratch.json('down')
  const file = labFiles.record(lab.dir)
  const text = readFileSync(file)
  rmSync(file)
  const [first] = lab.nodes
  const { code, stderr } = await scratch.run('up', ...small, '--port', String(first?.port))
  expect(code).toBe(1)
  expect(stderr).toMatch(`redis-lab: the folder of the lab "default" has no lab.json: ${lab.dir}\n`)
  expect(stderr).toMatch(/^Put lab.json back, or move the folder away, which keeps all data: mv /m)
  expect(existsSync(String(first?.dir))).toBe(true)
  writeFileSync(file, text)
  await expectSameLab(scratch, lab)
})

test('a copy of a running lab, damaged or not, names processes that are not its own: they live on', async () => {
  const lab = await upWithData(scratch)
  const copy = path.join(scratch.dir, 'state', 'labs', 'copy')
  cpSync(lab.dir, copy, { recursive: true })
  expect((await scratch.run('down', '--name', 'copy')).stderr).toMatch(/^redis-lab: .* it was copied or moved/)
  cut(labFiles.record(copy))
  const { code, stderr } = await scratch.run('down', '--name', 'copy')
  expect(code).toBe(1)
  expect(stderr).not.toContain('has been ended')
  expect(pidsOf(lab).filter(isRunning)).toEqual(pidsOf(lab))
  rmSync(copy, { recursive: true })
  await scratch.json('down', '--purge')
})
