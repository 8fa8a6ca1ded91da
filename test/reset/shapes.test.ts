/** Reset of labs of other shapes, of one that goes down, and of one that another supervisor has adopted. */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { connectLab, startLab } from 'redis-lab'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask, directive } from '../support/ask.js'
import { isRunning, nodeOf, small, supervisorOf } from '../support/lab.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'
import { write } from '../cluster/keys.js'
import { expectAsPlanned, freshLab, patience } from './support.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

test('one master alone', async () => {
  const { lab, fresh } = await freshLab({ masters: 1, replicas: 0 })
  await using _ = lab
  await write(await lab.status(), 'k', 10, { replicas: 0 })
  await lab.node('m1').kill({ restart: false })
  expect((await lab.reset()).undone).toEqual(['m1 was crashed: it runs again', '48 keys: deleted'])
  await expectAsPlanned(lab, fresh)
  await ask(lab.node('m1').port, 'CLUSTER', 'DELSLOTS', 1)
  expect((await lab.reset()).undone).toEqual(['slot 1 was with nobody: moved back to m1'])
  await expectAsPlanned(lab, fresh)
})

test('one master and its replica', async () => {
  const { lab, fresh } = await freshLab({ masters: 1, replicas: 1 })
  await using _ = lab
  await lab.failover('r1')
  expect((await lab.reset()).undone).toEqual(['r1 was the master in the place of m1: m1 is it again'])
  await expectAsPlanned(lab, fresh)
})

test('three masters without replicas', async () => {
  const { lab, fresh } = await freshLab({ masters: 3, replicas: 0 })
  await using _ = lab
  await write(await lab.status(), 'k', 10, { replicas: 0 })
  await lab.node('m1').stop()
  await lab.node('m2').pause()
  const { undone } = await lab.reset()
  expect(undone).toEqual(['m1 was stopped: it runs again', 'm2 was paused: it runs on', '48 keys: deleted'])
  await expectAsPlanned(lab, fresh)
})

test('a master that was paused until all others took it for dead', async () => {
  const { lab, fresh } = await freshLab({ masters: 3, replicas: 0, set: ['cluster-node-timeout 1000'] })
  await using _ = lab
  await lab.node('m2').pause()
  const seenByM1 = async () => String(await ask(lab.node('m1').port, 'CLUSTER', 'NODES'))
  await expect.poll(seenByM1, patience).toMatch(/master,fail /)
  expect((await lab.reset()).undone).toEqual(['m2 was paused: it runs on'])
  await expectAsPlanned(lab, fresh)
  expect(await directive(lab.node('m1').port, 'cluster-node-timeout')).toBe('1000')
})

test('two replicas for each master', async () => {
  const { lab, fresh } = await freshLab({ masters: 3, replicas: 2 })
  await using _ = lab
  await write(await lab.status(), 'k', 10, { replicas: 2 })
  await lab.failover('r4')
  await ask(lab.node('r2').port, 'CLUSTER', 'REPLICATE', lab.node('m3').id ?? '')
  await lab.node('r6').stop()
  const { undone } = await lab.reset()
  expect(undone).toEqual([
    'r6 was stopped: it runs again',
    'r4 was the master in the place of m1: m1 is it again',
    'r2 was a replica of m3: it is one of m2 again',
    '48 keys: deleted',
  ])
  await expectAsPlanned(lab, fresh)
})

test('a lab that goes down is not reset, and says so', async () => {
  const lab = await startLab({ replicas: 0 })
  await lab.node('m1').stop()
  const [reset] = await Promise.allSettled([lab.reset(), lab.stop()])
  if (reset.status === 'rejected') {
    expect(reset.reason).toMatchObject({
      code: expect.stringMatching(/^(interrupted|wrong-state|supervisor-failed|lab-not-found)$/) as string,
    })
  }
  await expect(lab.reset()).rejects.toMatchObject({ code: 'lab-not-found' })
})

test('what cannot be brought back in its time is said, node by node', async () => {
  const { lab, fresh } = await freshLab({ replicas: 0 })
  await using _ = lab
  process.kill(nodeOf(await lab.status(), 'm2').pid, 'SIGSTOP')
  await expect(lab.reset({ timeout: 1 })).rejects.toMatchObject({
    code: 'reset-failed',
    message: 'the lab could not be brought back to its plan in its time',
  })
  await lab.reset()
  await expectAsPlanned(lab, fresh)
})

test('a supervisor that adopts a lab knows what its nodes were like before', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  const file = `${lab.dir}/baseline.json`
  await expect.poll(() => readFileSync(file, 'utf8'), patience).toContain('maxmemory')
  await ask(nodeOf(lab, 'm1').port, 'CONFIG', 'SET', 'maxmemory', 7_000_000)
  process.kill(supervisorOf(lab).pid, 'SIGKILL')
  await expect.poll(() => isRunning(supervisorOf(lab).pid)).toBe(false)
  const adopted = await connectLab()
  expect((await adopted.reset()).undone).toEqual(['m1: maxmemory was 7000000: set back to 0'])
  await adopted.stop()
  expect((await scratch.run('down', '--purge')).code).toBe(0)
})
