/** down while a command is waiting for its result: the command says that the lab was taken down, and by what. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { askAwaitFailover, askReset, askSnapshot, askWait } from '../../src/lab/client.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { nodeOf, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'
import { thrownBy } from '../unit/support.js'

const scratch = useScratch()

test('every operation that is in progress ends with one sentence before the lab is gone', async () => {
  const lab = await scratch.json<LabStatus>('up', '--port', 'auto')
  // Of three masters two do not vote, so that the failover never ends; the snapshot and the reset wait for their turn.
  await scratch.json('pause', 'm2', 'm3')
  const failover = scratch.run('failover', 'r1', '--force')
  const log = () => readFileSync(nodeOf(lab, 'r1').log, 'utf8')
  await expect.poll(log, { timeout: 30_000 }).toMatch(/Forced failover user request accepted/)
  const { socket } = supervisorOf(lab)
  const timeoutMs = 60_000
  const waiting = [
    askSnapshot(socket, { dir: scratch.dir, timeoutMs }),
    askReset(socket, { timeoutMs }),
    askWait(socket, { level: 'full', timeoutMs }),
    askAwaitFailover(socket, 'm1', { timeoutMs }),
  ].map((operation) => thrownBy(() => operation))
  // The requests above were sent before this one.
  await scratch.json('status')
  const down = await scratch.run('down', '--purge')
  expect(down.code, down.stderr).toBe(0)
  const message = (what: string) => `${what} was interrupted: the lab was taken down (redis-lab down)`
  expect(await failover).toEqual({ code: 130, stdout: '', stderr: `redis-lab: ${message('the failover of r1')}\n` })
  expect(await Promise.all(waiting)).toMatchObject(
    ['the snapshot', 'the reset', 'the wait for "full"', 'the wait for a failover of m1'].map((what) => ({
      code: 'interrupted',
      message: message(what),
    })),
  )
})
