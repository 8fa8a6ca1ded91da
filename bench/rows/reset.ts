/**
 * (10) A clean slate between two tests, when the first has left nothing but keys: by `lab.reset()`, by the way of Redis's own
 * commands, and by a fresh lab.
 *
 * The way of the commands is what a careful person would do: everything flushed, CLUSTER RESET HARD on every node, redis-cli
 * forms the cluster again, and the code that proves a lab ready says when it is. It is done to the servers of a lab, so that
 * all ways meet the same settings.
 */
import { performance } from 'node:perf_hooks'
import { waitReady } from '../../src/cluster/index.js'
import { controlOf } from '../../src/lab/index.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { countKeys, fill } from '../place/keys.js'
import { sixNodes, withLab, type BenchLab } from '../place/lab.js'
import { plainMember } from '../place/member.js'
import type { Place } from '../place/place.js'
import { run } from '../place/run.js'
import { startLabAlone } from '../place/start-lab.js'
import type { Row } from '../row.js'
import { median } from '../statistics.js'

const keyCount = 10_000
const resets = 5
const limitMs = 120_000
const shape = { masters: sixNodes.masters, replicas: sixNodes.masters * sixNodes.replicas }

export const reset: Row = {
  number: 10,
  rounds: 5,
  ways: [
    {
      readings: [
        { key: 'reset-data', what: `\`lab.reset()\` after 10,000 keys, median of ${resets}`, unit: 'ms' },
        { key: 'reset-first', what: 'the first `lab.reset()` of a lab', unit: 'ms' },
      ],
      measure: (place, signal) => withLab({ place, signal }, sixNodes, byReset),
    },
    {
      readings: [{ key: 'form-again', what: 'FLUSHALL, CLUSTER RESET HARD, redis-cli, until `full`', unit: 'ms' }],
      limitMs,
      measure: (place, signal) => withLab({ place, signal }, sixNodes, (lab) => byCommands(lab, place, signal)),
    },
    {
      readings: [{ key: 'fresh-lab', what: '`lab.stop()` and `startLab()`', unit: 'ms' }],
      measure: async (place, signal) => {
        const { startMs, stopMs } = await startLabAlone(place, signal)
        return { 'fresh-lab': startMs + stopMs }
      },
    },
  ],
}

async function byReset(lab: BenchLab): Promise<Record<string, number>> {
  await lab.up()
  const status = await lab.status()
  const control = controlOf(status.supervisor?.socket ?? '')
  const times: number[] = []
  while (times.length <= resets) {
    await fill(status, keyCount, sixNodes.replicas)
    const startedAt = performance.now()
    await control.reset({ timeoutMs: limitMs })
    times.push(performance.now() - startedAt)
    await expectEmpty(status)
  }
  const [first = 0, ...later] = times
  return { 'reset-first': first, 'reset-data': median(later) }
}

async function byCommands(lab: BenchLab, place: Place, signal: AbortSignal): Promise<Record<string, number>> {
  await lab.up()
  const status = await lab.status()
  await fill(status, keyCount, sixNodes.replicas)
  const members = status.nodes.map(({ port }) => plainMember(port))
  const { cli } = place.build
  try {
    const startedAt = performance.now()
    const clients = await Promise.all(members.map((member) => member.client()))
    // A replica refuses it, and loses its keys with the reset.
    await Promise.all(clients.map((client) => client.call('FLUSHALL').catch(() => {})))
    await Promise.all(clients.map((client) => client.call('CLUSTER', 'RESET', 'HARD')))
    const nodes = members.map(({ port }) => `127.0.0.1:${port}`)
    const args = ['--cluster', 'create', ...nodes, '--cluster-replicas', String(sixNodes.replicas), '--cluster-yes']
    await run(cli, args, { cwd: place.dir, env: place.env, signal })
    await waitReady(members, shape, { level: 'full', deadline: Date.now() + limitMs, signal })
    return { 'form-again': performance.now() - startedAt }
  } finally {
    for (const member of members) member.close()
  }
}

async function expectEmpty(status: LabStatus): Promise<void> {
  const left = await countKeys(status)
  // The time of a reset that has left something would be worth nothing.
  if (left > 0) throw new Error(`the lab still has ${left} keys`)
}
