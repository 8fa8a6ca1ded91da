/** redis-lab wait, status --exit-code, and which slots are served. */
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { small } from '../support/lab.js'
import { outcomeOf, useScratch } from '../support/scratch.js'

const scratch = useScratch()
const patience = { timeout: 30_000, interval: 50 }

test('a dead master without a replica: its slots are assigned, not served, and the exit code says so', async () => {
  await scratch.json('up', ...small, '--set', 'cluster-node-timeout 500')
  expect((await scratch.run('status', '--exit-code')).code).toBe(0)
  await scratch.run('kill', 'm1', '--no-restart')
  await expect
    .poll(async () => (await scratch.json<LabStatus>('status')).slots, patience)
    .toMatchObject({
      assigned: 16_384,
      served: 0,
      unserved: [{ reason: 'm1 has crashed', slots: [[0, 5460]] }, {}, {}],
    })
  const { code, stdout } = await scratch.run('status', '--exit-code')
  expect(code).toBe(1)
  expect(stdout).toContain('16384 of 16384 slots are assigned, 0 are served.\n  slots 0-5460: m1 has crashed\n')
  expect(stdout).toContain('  slots 5461-10922: cluster_state is "fail" on m2\n')

  const late = await scratch.run('wait', '--for', 'ok', '--timeout', '300ms')
  expect(late.code).toBe(1)
  expect(late.stderr).toMatch(/m1 \(port \d+\): it has crashed/)
  const waiting = outcomeOf(scratch.start(['wait', '--json']))
  await scratch.run('start', 'm1')
  const { code: waited, stdout: json } = await waiting
  expect(waited).toBe(0)
  expect(JSON.parse(json)).toMatchObject({ state: 'running', ready: { level: 'full' } })
  await scratch.json('down', '--purge')
  expect((await scratch.run('status', '--exit-code')).code).toBe(2)
})

test('wait --for takes the levels, and says when nobody is about to start the lab', async () => {
  const none = await scratch.run('wait')
  expect(none).toMatchObject({ code: 2 })
  expect(none.stderr).toContain('there is no lab named "default"')
  const wrong = await scratch.run('wait', '--for', 'ready')
  expect(wrong).toMatchObject({ code: 2 })
  expect(wrong.stderr).toContain('--for')
  await scratch.json('up', ...small)
  expect((await scratch.run('wait', '--for', 'alive')).stdout).toBe('Lab "default" is proven ready: alive.\n')
  await scratch.json('down')
  const stopped = await scratch.run('wait')
  expect(stopped.code).toBe(2)
  expect(stopped.stderr).toContain('the lab "default" is not running\nStart it with: redis-lab up')
  await scratch.json('down', '--purge')
})

test('a lab that is only waited for until it is alive prints what its nodes say, not what was planned', async () => {
  const lab = await scratch.json<LabStatus>('up', '--port', 'auto', '--wait', 'alive')
  expect(lab.ready).toEqual({ level: 'alive', reasons: [] })
  expect(lab.slots.assigned).toBe(16_384)
  for (const node of lab.nodes) expect(node.id, node.name).toMatch(/^[0-9a-f]{40}$/)
  await scratch.json('down', '--purge')
})

test('wait begun beside up waits until that has started the lab', async () => {
  const starting = outcomeOf(scratch.start(['up', ...small]))
  // From then on the name is taken, and the lab is on its way.
  await expect
    .poll(async () => (await scratch.run('status')).code === 0 || (await scratch.run('wait')).code === 0, patience)
    .toBe(true)
  const { code, stdout } = await scratch.run('wait')
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'Lab "default" is proven ready: full.\n' })
  await starting
  await scratch.json('down', '--purge')
})
