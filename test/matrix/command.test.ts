/** The command on each release: up, used by its own redis-cli, down, up again with everything, and gone. */
import { describe, expect, test } from 'vitest'
import { isVerified } from '../../src/cluster/index.js'
import { labsIn, useScratch } from '../support/scratch.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { idsOf, isRunning, pidsOf } from '../support/lab.js'
import { lost, write } from '../cluster/keys.js'
import { releases } from './support/releases.js'

const scratch = useScratch()

describe.each(releases)('$name', ({ redis, build }) => {
  const creators = isVerified(build) ? (['instant', 'redis-cli'] as const) : (['redis-cli'] as const)
  test.each(creators)('what %s formed is had back after down, with its ids and every key', async (creator) => {
    const up = ['up', '--redis', redis, '--port', 'auto', '--creator', creator]
    const first = await scratch.json<LabStatus>(...up)
    expect(first).toMatchObject({
      state: 'running',
      creator,
      ready: { level: 'full' },
      redis: { engine: build.engine, version: build.version, server: build.server },
    })
    const { stdout } = await scratch.run('cli', '--', 'cluster', 'info')
    expect(stdout).toMatch(/^cluster_state:ok\r?$/m)
    expect(stdout).toMatch(/^cluster_slots_ok:16384\r?$/m)
    expect(stdout).toMatch(/^cluster_known_nodes:6\r?$/m)
    const keys = await write(first, 'key', 1000)

    await scratch.json('down')
    expect(pidsOf(first).filter(isRunning)).toEqual([])
    const again = await scratch.json<LabStatus>(...up)
    expect(again).toMatchObject({ state: 'running', creator, ready: { level: 'full' } })
    expect(idsOf(again)).toEqual(idsOf(first))
    expect(again.nodes.map(({ role, slots, port }) => ({ role, slots, port }))).toEqual(
      first.nodes.map(({ role, slots, port }) => ({ role, slots, port })),
    )
    expect(await lost(again, [keys])).toEqual([])
    expect((await scratch.run('failover', 'r1')).code).toBe(0)
    expect((await scratch.run('reset')).code).toBe(0)
    expect((await scratch.json<LabStatus>('status')).nodes[0]).toMatchObject({ name: 'm1', role: 'master' })

    await scratch.json('down', '--purge')
    expect(pidsOf(again).filter(isRunning)).toEqual([])
    expect(labsIn(scratch.places)).toEqual([])
  })
})
