/** `up` on what an earlier run left: the same cluster, with every key. One lab, left in ever worse states. */
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseNodes } from '../../src/cluster/index.js'
import { masterBootFile } from '../../src/cluster/create/instant/boot-files.js'
import { traitsOf } from '../../src/cluster/create/instant/engine.js'
import { keepOriginals, recoverTarget } from '../../src/cluster/create/instant/kept.js'
import { randomId } from '../../src/cluster/create/instant/target.js'
import type { LabEvent } from '../../src/events.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { idsOf, isRunning, nodeOf, pidsOf, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'
import { lost, write, type Keys } from './keys.js'
import { serversIn } from './group.js'
import { seen, viewOf } from './view.js'

const scratch = useScratch('file')
const status = () => scratch.json<LabStatus>('status')
const patience = { timeout: 30_000, interval: 100 }

let lab: LabStatus
const written: Keys[] = []

beforeAll(async () => {
  lab = await scratch.json<LabStatus>('up', '--port', 'auto', '--set', 'cluster-node-timeout 1000')
})
afterAll(async () => {
  await scratch.run('down', '--purge')
})

const nodesConf = (node: { readonly dir: string }) => path.join(node.dir, 'nodes.conf')
const creators = (events: readonly LabEvent[]) =>
  events.flatMap((event) => (event.type === 'create-started' ? event.creator : []))

/** What the supervisor of the last `up` has written down. */
function lastRun(): LabEvent[] {
  const lines = readFileSync(path.join(lab.dir, 'supervisor.log'), 'utf8').trim().split('\n')
  const events = lines.map((line) => JSON.parse(line) as LabEvent)
  return events.slice(events.findLastIndex((event) => event.type === 'lab-starting'))
}

/** Starts the lab again and looks at all of it. */
/** Why another creator had to do it, for whoever reads a failure. */
const fallbacks = (events: readonly LabEvent[]): string =>
  events.flatMap((event) => (event.type === 'create-fallback' ? event.reason : [])).join('; ')

async function resume({ creator = ['instant'] }: { creator?: readonly string[] } = {}): Promise<LabStatus> {
  const resumed = await scratch.json<LabStatus>('up')
  expect(resumed).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })
  expect(creators(lastRun()), fallbacks(lastRun())).toEqual(creator)
  expect(idsOf(resumed)).toEqual(idsOf(lab))
  const roles = resumed.nodes.map(({ name, slots, masterId }) => {
    const master = resumed.nodes.find(({ id }) => id === masterId)
    return master ? `${name} of ${master.name}` : `${name} ${slots.map((range) => rangeOf(range)).join(' ')}`
  })
  for (const node of resumed.nodes) {
    expect(seen(await viewOf(node), resumed.nodes)).toEqual(roles)
    expect(existsSync(`${nodesConf(node)}.kept`)).toBe(false)
    expect(parseNodes(readFileSync(nodesConf(node), 'utf8'))).toHaveLength(resumed.nodes.length)
  }
  expect(await lost(resumed, written)).toEqual([])
  return resumed
}

const rangeOf = ([first, last]: readonly [number, number]) => (first === last ? `${first}` : `${first}-${last}`)

/** As when the power fails: everybody at once, the supervisor first. */
async function powerLoss(now: LabStatus): Promise<void> {
  for (const pid of pidsOf(now).reverse().filter(isRunning)) process.kill(pid, 'SIGKILL')
  await expect.poll(() => pidsOf(now).filter(isRunning), patience).toEqual([])
}

test('after down and up every key is there, and everybody is who they were', async () => {
  written.push(await write(lab, 'plain', 1000))
  await scratch.json('down')
  const resumed = await resume()
  expect(resumed.nodes.map(({ role, slots }) => [role, slots])).toEqual(
    lab.nodes.map(({ role, slots }) => [role, slots]),
  )
})

test('an append-only file that is long is read to its end', async () => {
  written.push(await write(await status(), 'many', 150_000))
  await scratch.json('down')
  await resume()
})

test('what was written until the power failed is there when it is back', async () => {
  const now = await status()
  written.push(await write(now, 'unsaved', 1000, { replicas: 0 }))
  await powerLoss(now)
  await resume()
})

test('a replica whose folder was deleted is filled again, under the id that it had', async () => {
  await scratch.json('down')
  rmSync(nodeOfRecord('r2').dir, { recursive: true })
  const resumed = await resume()
  const { port } = nodeOf(resumed, 'r2')
  expect(await ask(port, 'DBSIZE')).toBe(await ask(nodeOf(resumed, 'm2').port, 'DBSIZE'))
})

test('slots that were moved stay where they are', async () => {
  const now = await status()
  const [from, to] = [nodeOf(now, 'm1').id ?? '', nodeOf(now, 'm2').id ?? '']
  const reshard = [
    '--cluster',
    'reshard',
    `127.0.0.1:${nodeOf(now, 'm1').port}`,
    '--cluster-from',
    from,
    '--cluster-to',
    to,
  ]
  await promisify(execFile)(now.redis.cli, [...reshard, '--cluster-slots', '20', '--cluster-yes'])
  await expect.poll(async () => (await status()).state, patience).toBe('running')
  const moved = await status()
  expect(nodeOf(moved, 'm2').slots).toHaveLength(2)
  await scratch.json('down')
  const resumed = await resume()
  expect(resumed.nodes.map(({ slots }) => slots)).toEqual(moved.nodes.map(({ slots }) => slots))
})

test('a replica that took over while its master was dead is believed, not the master', async () => {
  const before = await status()
  const [m1, r1] = [nodeOf(before, 'm1'), nodeOf(before, 'r1')]
  // Without a supervisor nobody starts the master again.
  process.kill(supervisorOf(before).pid, 'SIGKILL')
  process.kill(m1.pid, 'SIGKILL')
  const takenOver = async () =>
    String(await ask(r1.port, 'CLUSTER', 'INFO').catch(() => '')).includes('cluster_state:ok')
  const isMaster = async () => String(await ask(r1.port, 'ROLE')).startsWith('master')
  await expect.poll(async () => (await isMaster()) && (await takenOver()), patience).toBe(true)
  const others = [nodeOf(before, 'm2'), nodeOf(before, 'm3')]
  for (const { port } of others) {
    const accepted = async () => String(await ask(port, 'CLUSTER', 'INFO')).includes('cluster_state:ok')
    await expect.poll(accepted, patience).toBe(true)
  }
  const promoted = {
    ...before,
    nodes: before.nodes.map((node) =>
      node.name === 'r1' ? { ...node, role: 'master' as const, slots: m1.slots } : node,
    ),
  }
  const withoutM1 = { ...promoted, nodes: promoted.nodes.filter(({ name }) => name !== 'm1') }
  written.push(await write(withoutM1, 'after-failover', 1000, { replicas: 0 }))
  expect(parseNodes(readFileSync(nodesConf(m1), 'utf8')).find(({ id }) => id === m1.id)?.slots).toEqual(m1.slots)
  await powerLoss(before)

  const resumed = await resume()
  expect(nodeOf(resumed, 'r1')).toMatchObject({ role: 'master', slots: m1.slots })
  expect(nodeOf(resumed, 'm1')).toMatchObject({ role: 'replica', masterId: r1.id })
})

test('a master whose folder was deleted gives its place to its replica, which has the keys', async () => {
  await scratch.json('down')
  rmSync(nodeOfRecord('m3').dir, { recursive: true })
  const resumed = await resume()
  expect(nodeOf(resumed, 'r3').role).toBe('master')
  expect(nodeOf(resumed, 'm3')).toMatchObject({ role: 'replica', masterId: nodeOf(resumed, 'r3').id })
})

test('an up that died between the files to boot from and the takeovers is started over by the next', async () => {
  const { nodes, redis } = await status()
  await scratch.json('down')
  const servers = serversIn(nodes)
  const target = recoverTarget(servers)
  keepOriginals(servers)
  const { shardIds } = traitsOf(redis)
  for (const master of target.masters) {
    const ghosts = { own: randomId(), other: randomId() }
    const text = masterBootFile(target, master, ghosts, { shardIds, onlyEarlier: false })
    writeFileSync(nodesConf(master.server), text)
  }
  await resume()
})

test('slots that were on their way stay safe: the plain way is taken, and said so', async () => {
  const now = await status()
  const [m2, r1] = [nodeOf(now, 'm2'), nodeOf(now, 'r1')]
  const slot = r1.slots[0]?.[0] ?? NaN
  await ask(m2.port, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', r1.id ?? '')
  await ask(r1.port, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', m2.id ?? '')
  await scratch.json('down')
  const resumed = await resume({ creator: ['instant', 'redis-cli'] })
  expect(lastRun()).toContainEqual(
    expect.objectContaining({ type: 'create-fallback', reason: expect.stringContaining('on their way') as string }),
  )
  expect(String(await ask(nodeOf(resumed, 'r1').port, 'CLUSTER', 'NODES'))).toContain(`[${slot}->-${m2.id}]`)
  for (const { port } of [m2, r1]) await ask(port, 'CLUSTER', 'SETSLOT', slot, 'STABLE')
})

test('a nodes.conf that says nothing is as good as none', async () => {
  await scratch.json('down')
  const { dir } = nodeOfRecord('r2')
  copyFileSync('/dev/null', nodesConf({ dir }))
  await resume()
})

/** A node's folder while the lab is down. */
function nodeOfRecord(name: string): { readonly dir: string } {
  const node = lab.nodes.find((one) => one.name === name)
  if (!node) throw new Error(`no node ${name}`)
  return node
}
