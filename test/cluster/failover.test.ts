/** What a formed cluster is for: it goes on without a master, whoever formed it. */
import process from 'node:process'
import { expect, test } from 'vitest'
import { isMaster, isMyself, waitReady } from '../../src/cluster/index.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { nodeOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'
import { folders, Group } from './group.js'
import { planned, seen, viewOf } from './view.js'

const scratch = useScratch('file')
const newFolder = folders(() => scratch.dir)
const patience = { timeout: 30_000, interval: 50 }
const impatient = ['cluster-node-timeout 1000']

test.concurrent.for(['instant', 'redis-cli'] as const)(
  'a cluster that %s formed survives kill -9 of a master, and takes it back as a replica',
  async (creator, { expect }) => {
    await using group = await Group.plan({ dir: newFolder(), masters: 3, replicas: 1, set: impatient })
    await group.form(creator)
    const [m1, r1] = [group.server('m1'), group.server('r1')]
    await ask(m1.port, 'SET', 'key-of-m1:{06S}', 'kept')
    await ask(m1.port, 'WAIT', 1, 1000)

    group.kill('m1')
    const roleOfR1 = async () => (await viewOf(r1)).some((line) => isMyself(line) && isMaster(line))
    await expect.poll(roleOfR1, patience).toBe(true)
    await expect.poll(() => ask(r1.port, 'GET', 'key-of-m1:{06S}').catch(String), patience).toBe('kept')

    m1.start()
    await waitReady(group.servers, group.shape, { level: 'full', deadline: Date.now() + patience.timeout })
    const swapped = planned(group.nodes).map((line) =>
      line.replace(/^m1 (.*)/, 'm1 of r1').replace('r1 of m1', 'r1 0-5460'),
    )
    for (const server of group.servers) expect(seen(await viewOf(server), group.nodes)).toEqual(swapped)
  },
)

test('a master that is killed comes back under its supervisor, and the lab is whole again', async () => {
  const args = ['up', '--port', 'auto', '--set', 'cluster-node-timeout 1000']
  const lab = await scratch.json<LabStatus>(...args)
  const killed = nodeOf(lab, 'm2')
  process.kill(killed.pid, 'SIGKILL')
  const status = () => scratch.json<LabStatus>('status')
  await expect.poll(async () => (await status()).nodes[1]?.restarts, patience).toBe(1)
  await expect.poll(status, patience).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })

  const now = await status()
  const { role, slots, id } = nodeOf(now, 'm2')
  // Whether its replica was faster than its restart is for the cluster to say; all must have one answer.
  expect({ id, owns: slots.length > 0 }).toEqual({ id: killed.id, owns: role === 'master' })
  expect(nodeOf(now, 'r2').role).toBe(role === 'master' ? 'replica' : 'master')
  const views = await Promise.all(now.nodes.map(async (node) => seen(await viewOf(node), lab.nodes)))
  expect(new Set(views.map((view) => view.join('\n'))).size).toBe(1)
  await scratch.run('down', '--purge')
})
