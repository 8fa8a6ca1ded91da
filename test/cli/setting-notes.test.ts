/** A setting that somebody changed while the lab ran: status has a note with the command that puts it back. */
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { small } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
const status = () => scratch.json<LabStatus>('status', '--name', 'noted')

test('the note is there while the setting differs, and the lab is not degraded for it', async () => {
  await scratch.json('up', '--name', 'noted', ...small, '--set', 'cluster-node-timeout 4000')
  expect((await status()).notes).toEqual([])
  await scratch.run('cli', '--name', 'noted', 'm2', '--', 'CONFIG', 'SET', 'cluster-node-timeout', '200')
  const { state, ready, notes } = await status()
  expect({ state, ready }).toEqual({ state: 'running', ready: { level: 'full', reasons: [] } })
  const command = 'redis-lab cli --name noted m2 -- CONFIG SET cluster-node-timeout 4000'
  expect(notes).toEqual([`m2: cluster-node-timeout is 200 instead of 4000; ${command} puts it back`])
  const text = await scratch.run('status', '--name', 'noted')
  expect(text.stdout).toContain(`note: ${notes[0]}\n`)
  expect((await scratch.run(...command.split(' ').slice(1))).stdout).toBe('OK\n')
  expect((await status()).notes).toEqual([])
  await scratch.run('down', '--name', 'noted', '--purge')
})
