/** Options that no cluster can become ready with: up says so at once, with the name of the directive, and starts nothing over. */
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { labsIn, useScratch } from '../support/scratch.js'

const scratch = useScratch()

test.each([
  [
    'maxclients 10',
    [],
    /m\d \(port \d+\) cannot take the connections of its own lab: maxclients is 10, and \d+ are needed/,
  ],
  [
    'maxmemory 1mb',
    [],
    /m\d \(port \d+\) will never accept a write: maxmemory is 1048576 bytes, and the server needs \d+ /,
  ],
  ['maxmemory 100kb', ['--replicas', '0'], /m\d \(port \d+\) will never accept a write: maxmemory is 102400 bytes/],
  ['min-replicas-to-write 2', [], /m\d .* min-replicas-to-write is 2, and each master has 1 replica/],
  [
    'min-replicas-to-write 1',
    ['--replicas', '0'],
    /m\d .* min-replicas-to-write is 1, and each master has no replicas/,
  ],
])('--set "%s" %j', async (directive, options, message) => {
  const { code, stdout, stderr } = await scratch.run('up', '--port', 'auto', '--set', directive, ...options)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(new RegExp(`^redis-lab: ${message.source}`, 'm'))
  expect(stderr).toMatch(new RegExp(`^Set ${directive.split(' ')[0]} to `, 'm'))
  expect(stderr).not.toContain('instead of instant')
  expect(stderr).not.toContain('--timeout')
  expect(labsIn(scratch.places)).toEqual([])
})

test('a replica that answers nothing without its master is one that serves', async () => {
  const set = ['--set', 'replica-serve-stale-data no']
  const { code, stderr } = await scratch.run('up', '--port', 'auto', '--creator', 'instant', ...set)
  expect(code, stderr).toBe(0)
  // Started again while its master is away, it is alive, and says what it lacks.
  await scratch.json('kill', 'm1', '--no-restart')
  await scratch.json('restart', 'r1')
  const { nodes, ready } = await scratch.json<LabStatus>('status')
  expect(nodes.find(({ name }) => name === 'r1')?.state).toBe('running')
  expect(ready.reasons.filter((reason) => reason.startsWith('r1'))).toEqual([])
  await scratch.run('down', '--purge')
})
