/** redis-lab reset */
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { nodeOf, small } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()

test('the command says what it has undone, in words or as JSON', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  await ask(nodeOf(lab, 'm1').port, 'SET', 'key:{06S}', '1')
  await scratch.json('stop', 'm2')
  const { code, stdout, stderr } = await scratch.run('reset')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^m2 was stopped: it runs again\n1 key: deleted\nLab "default" is as planned, and empty \(\d+\.\d\d s\)\.\n$/,
  )
  const { elapsedMs, ...rest } = await scratch.json<{ elapsedMs: number }>('reset')
  expect(rest).toEqual({ name: 'default', undone: [] })
  expect(elapsedMs).toBeGreaterThanOrEqual(0)
  expect((await scratch.run('logs', '--events')).stdout).toMatch(/reset in .* s: nothing had changed/)
  await scratch.run('down')
  const down = await scratch.run('reset')
  expect(down).toMatchObject({ code: 2, stdout: '' })
  expect(down.stderr).toMatch(/^redis-lab: the lab "default" is not running$/m)
  await scratch.run('down', '--purge')
})
