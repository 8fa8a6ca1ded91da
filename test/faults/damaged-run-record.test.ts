/** What a running lab wrote about its processes is cut off in the middle. */
import { existsSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { expect, test } from 'vitest'
import { labFiles } from '../../src/paths.js'
import { cut, expectSameLab, upWithData } from '../support/damage.js'
import { isRunning, pidsOf, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()

test.each(['runs', 'has lost its supervisor'])(
  'a lab that %s while its run.json is damaged says so, is had down, and is resumed',
  async (state) => {
    const lab = await upWithData(scratch)
    cut(labFiles.running(lab.dir))
    if (state !== 'runs') {
      process.kill(supervisorOf(lab).pid, 'SIGKILL')
      await expect.poll(() => isRunning(supervisorOf(lab).pid)).toBe(false)
    }
    for (const command of ['status', 'up']) {
      const { code, stderr } = await scratch.run(command)
      expect(code).toBe(1)
      expect(stderr).toMatch(/^redis-lab: what runs of the lab "default" cannot be told from its record/)
      expect(stderr).toContain(`file: ${labFiles.running(lab.dir)}`)
      expect(stderr).toMatch(/^redis-lab down ends whatever runs of it; its data stays\./m)
    }
    expect(await scratch.json('down')).toMatchObject({ was: 'orphaned', purged: false })
    expect(pidsOf(lab).filter(isRunning)).toEqual([])
    expect(existsSync(labFiles.running(lab.dir))).toBe(false)
    await expectSameLab(scratch, lab)
  },
)

test('both records damaged: the supervisor is found by its socket', async () => {
  const lab = await upWithData(scratch)
  const mend = cut(labFiles.record(lab.dir))
  cut(labFiles.running(lab.dir))
  const { code, stderr } = await scratch.run('down')
  expect(code).toBe(1)
  expect(stderr).toContain('what ran of the lab has been ended')
  expect(pidsOf(lab).filter(isRunning)).toEqual([])
  mend()
  await expectSameLab(scratch, lab)
})

test('an empty run.json, as a power failure may leave it, is no more than that', async () => {
  const lab = await upWithData(scratch)
  await scratch.json('down')
  writeFileSync(labFiles.running(lab.dir), '')
  expect(await scratch.run('up')).toMatchObject({ code: 1 })
  expect(await scratch.json('down')).toMatchObject({ purged: false })
  await expectSameLab(scratch, lab)
})
