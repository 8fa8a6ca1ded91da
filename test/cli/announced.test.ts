/** Nodes that tell clients a name instead of an address, or nothing at all: from Redis 7.0 and the first Valkey on. */
import os from 'node:os'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { compareVersions } from '../../src/release/index.js'
import type { FailoverResult, LabStatus, ResetResult } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { idsOf, nodeOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
const { engine, version } = inject('build')
const before7 = engine === 'redis' && compareVersions(version, '7.0.0') < 0

interface Case {
  readonly what: string
  readonly set: readonly string[]
  /** What CLUSTER SLOTS has in the place of an address. */
  readonly endpoint: string | null
}

const hostname: Case = {
  what: 'a host name',
  set: ['cluster-announce-hostname localhost', 'cluster-preferred-endpoint-type hostname'],
  endpoint: 'localhost',
}
const nothing: Case = { what: 'nothing', set: ['cluster-preferred-endpoint-type unknown-endpoint'], endpoint: null }
const version6: Case = {
  what: 'an IPv6 address',
  set: ['bind 127.0.0.1 ::1', 'cluster-announce-ip ::1'],
  endpoint: '::1',
}

const flags = ({ set }: Case) => set.flatMap((directive) => ['--set', directive])

/** Where a node sends clients: the endpoints of all nodes in its CLUSTER SLOTS. */
async function endpointsSeenBy(port: number): Promise<unknown[]> {
  const ranges = (await ask(port, 'CLUSTER', 'SLOTS')) as unknown[][]
  return ranges.flatMap(([, , ...nodes]) => (nodes as unknown[][]).map(([endpoint]) => endpoint))
}

async function expectEndpoints({ nodes }: LabStatus, { endpoint }: Case): Promise<void> {
  for (const { port } of nodes) expect(await endpointsSeenBy(port)).toEqual(nodes.map(() => endpoint))
}

describe.skipIf(before7)('nodes that announce themselves otherwise', () => {
  afterEach(async () => {
    await scratch.run('down', '--purge')
  })

  const cases = hasLoopback6() ? [hostname, nothing, version6] : [hostname, nothing]

  test.each(cases)('$what: formed instantly, failed over, reset, taken down and had back', async (one) => {
    const lab = await scratch.json<LabStatus>('up', '--port', 'auto', '--creator', 'instant', ...flags(one))
    expect(lab).toMatchObject({ creator: 'instant', ready: { level: 'full', reasons: [] } })
    await expectEndpoints(lab, one)
    // In a slot of m1: redis-cli cannot follow a redirection that names no host.
    expect((await scratch.run('cli', 'm1', '--', 'set', 'kept', 'yes')).stdout).toBe('OK\n')

    expect(await scratch.json<FailoverResult>('failover', 'r1')).toMatchObject({ promoted: 'r1', demoted: 'm1' })
    await scratch.json('down')
    const resumed = await scratch.json<LabStatus>('up')
    expect(idsOf(resumed)).toEqual(idsOf(lab))
    expect(nodeOf(resumed, 'r1').role).toBe('master')
    await expectEndpoints(resumed, one)
    expect((await scratch.run('cli', 'r1', '--', 'get', 'kept')).stdout).toBe('yes\n')

    const { undone } = await scratch.json<ResetResult>('reset')
    expect(undone.join('\n')).toMatch(/m1/)
    expect(nodeOf(await scratch.json<LabStatus>('status'), 'm1').role).toBe('master')
  })

  test('a host name: formed by redis-cli, and begun anew from a snapshot', async () => {
    const lab = await scratch.json<LabStatus>('up', '--port', 'auto', '--creator', 'redis-cli', ...flags(hostname))
    expect(lab).toMatchObject({ creator: 'redis-cli', ready: { level: 'full', reasons: [] } })
    await expectEndpoints(lab, hostname)
    await scratch.run('cli', '--', 'set', 'kept', 'yes')
    expect(await scratch.run('snapshot', 'save', 'seed')).toMatchObject({ code: 0 })
    await scratch.json('down', '--purge')

    const again = await scratch.json<LabStatus>('up', '--port', 'auto', '--from', 'seed')
    await expectEndpoints(again, hostname)
    expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
  })
})

/** Without IPv6 on this machine nobody could listen there. */
function hasLoopback6(): boolean {
  return os.networkInterfaces()['lo']?.some(({ address }) => address === '::1') ?? false
}
