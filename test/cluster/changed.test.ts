/** A cluster that was changed with plain redis-cli is whole: it is resumed as it is, and the difference is reported. */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { connectLab } from 'redis-lab'
import { afterEach, expect, inject, test } from 'vitest'
import { findFreePorts } from '../../src/node/index.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { nodeOf, supervisorOf } from '../support/lab.js'
import { useLibraryEnvironment } from '../support/library.js'
import { bin, useScratch } from '../support/scratch.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)
const free = ['--port', 'auto', '--set', 'cluster-node-timeout 1000']
const patience = { timeout: 30_000, interval: 50 }
const status = () => scratch.json<LabStatus>('status')
const up = (...args: string[]) => scratch.json<LabStatus>('up', ...free, ...args)
const get = async (key: string) => (await scratch.run('cli', '--', 'get', key)).stdout.trim()
const redisCli = (...args: string[]) => promisify(execFile)(inject('build').cli, ['--cluster', ...args])

const foreigners: ChildProcess[] = []
afterEach(async () => {
  await scratch.run('down', '--purge')
  for (const server of foreigners.splice(0)) server.kill('SIGKILL')
})

/** Every node that redis-cli reaches through this one agrees, as its own commands want it, and the new node serves. */
const joined = async (entry: string, port: number) => {
  await expect.poll(async () => String(await ask(port, 'CLUSTER', 'INFO')), patience).toContain('cluster_state:ok')
  await expect
    .poll(
      async () => (await redisCli('check', entry).catch((error: Error) => ({ stdout: error.message }))).stdout,
      patience,
    )
    .toMatch(new RegExp(`All nodes agree(?:[^]*)All 16384 slots covered`))
  await expect.poll(async () => (await status()).nodes.length, patience).toBe(4)
}

const settled = async (state: LabStatus['state'] = 'running') => {
  await expect.poll(async () => (await status()).state, patience).toBe(state)
  return status()
}

/** Runs a command that was printed, word for word. */
function paste(command: string | null | undefined): void {
  if (!command) throw new Error('there is no command to paste')
  const line = command.replaceAll('redis-lab ', `'${process.execPath}' '${bin}' `)
  execFileSync('sh', ['-c', line], { env: scratch.env, cwd: scratch.dir, stdio: 'pipe' })
}

/** A server of somebody else, in a folder that the scratch looks after. */
async function startForeign(): Promise<{ port: number; address: string; stop(): Promise<void> }> {
  const [port = 0] = await findFreePorts(1)
  const dir = path.join(scratch.dir, `foreign-${port}`)
  mkdirSync(dir)
  const conf = { port, bind: '127.0.0.1', 'cluster-enabled': 'yes', 'cluster-node-timeout': 1000, dir, save: '' }
  const args = Object.entries(conf).flatMap(([name, value]) => [`--${name}`, String(value)])
  const server = spawn(inject('build').server, args, { cwd: dir, stdio: 'ignore' })
  foreigners.push(server)
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  await expect.poll(() => ask(port, 'PING').catch(() => null), patience).toBe('PONG')
  const stop = async () => {
    server.kill('SIGKILL')
    await ended
  }
  return { port, address: `127.0.0.1:${port}`, stop }
}

test('a master that was emptied by a rebalance: up resumes, says so, and reset restores the plan', async () => {
  const lab = await up()
  await scratch.run('cli', '--', 'set', 'kept', 'yes')
  await redisCli(
    'rebalance',
    `127.0.0.1:${nodeOf(lab, 'm1').port}`,
    '--cluster-weight',
    `${nodeOf(lab, 'm3').id ?? ''}=0`,
  )
  await settled()
  await scratch.json('down')

  const { code, stdout, stderr } = await scratch.run('up')
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('The cluster differs from the plan of this lab:')
  const resumed = await status()
  expect(resumed).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })
  expect(nodeOf(resumed, 'm3').slots).toEqual([])
  const told = resumed.deviations.map(({ what }) => what).join('\n')
  expect(told).toMatch(/^m1 owns slots 0-5460, 10923-\d+ instead of slots 0-5460$/m)
  expect(resumed.deviations.every(({ restore, deletesData }) => restore === 'redis-lab reset' && deletesData)).toBe(
    true,
  )
  expect(await get('kept')).toBe('yes')

  paste(resumed.deviations[0]?.restore)
  expect(await status()).toMatchObject({ state: 'running', deviations: [] })
})

test('a node that somebody added is a row, keeps its slots, and printed commands give them back with their keys', async () => {
  const lab = await up('--replicas', '0')
  const foreign = await startForeign()
  const entry = `127.0.0.1:${nodeOf(lab, 'm1').port}`
  // Slot 0 has this key.
  await scratch.run('cli', '--', 'set', '{06S}kept', 'yes')
  await redisCli('add-node', foreign.address, entry)
  await joined(entry, foreign.port)
  const added = await settled()
  expect(added.nodes.at(-1)).toMatchObject({ name: foreign.address, foreign: true, plannedRole: null, slots: [] })
  await expect
    .poll(async () => (await status()).deviations.map(({ what }) => what), patience)
    .toEqual([`${foreign.address} is not a node of this lab and owns no slots`])

  // An empty node is still there after down and up.
  await scratch.json('down')
  expect((await up()).nodes.map(({ name }) => name)).toEqual(['m1', 'm2', 'm3', foreign.address])
  await joined(entry, foreign.port)

  const foreignId = String(await ask(foreign.port, 'CLUSTER', 'MYID'))
  const move = ['--cluster-from', nodeOf(lab, 'm1').id ?? '', '--cluster-to', foreignId, '--cluster-slots', '50']
  await redisCli('reshard', entry, ...move, '--cluster-yes')
  await settled()
  await scratch.json('down')
  const resumed = await up()
  expect(resumed).toMatchObject({
    state: 'running',
    ready: { level: 'full' },
    slots: { assigned: 16_384, served: 16_384, unserved: [] },
  })
  expect(resumed.nodes.at(-1)).toMatchObject({ name: foreign.address, foreign: true, slots: [[0, 49]] })
  const handle = await connectLab()
  expect(handle.nodes.map(({ name }) => name)).toEqual(['m1', 'm2', 'm3'])
  expect(await get('{06S}kept')).toBe('yes')
  const refused = await scratch.run('snapshot', 'save', 'partial')
  expect({ code: refused.code, stderr: refused.stderr }).toMatchObject({ code: 2 })
  expect(refused.stderr).toContain(`${foreign.address} owns slots and is not a node of this lab`)

  paste(resumed.deviations.find(({ restore }) => restore?.includes('reshard'))?.restore)
  await settled()
  paste((await status()).deviations.find(({ restore }) => restore?.includes('del-node'))?.restore)
  await expect.poll(async () => (await status()).deviations, patience).toEqual([])
  expect(await get('{06S}kept')).toBe('yes')
  await foreign.stop()
})

test('slots of a foreign node that is away: status says which are not served, and up ends at once and says why', async () => {
  const lab = await up('--replicas', '0')
  const foreign = await startForeign()
  const entry = `127.0.0.1:${nodeOf(lab, 'm1').port}`
  await redisCli('add-node', foreign.address, entry)
  await joined(entry, foreign.port)
  const foreignId = String(await ask(foreign.port, 'CLUSTER', 'MYID'))
  const move = ['--cluster-from', nodeOf(lab, 'm2').id ?? '', '--cluster-to', foreignId, '--cluster-slots', '50']
  await redisCli('reshard', entry, ...move, '--cluster-yes')
  await settled()
  await foreign.stop()

  const degraded = await settled('degraded')
  expect(degraded.slots).toMatchObject({ assigned: 16_384 })
  expect(degraded.slots.served).toBeLessThan(16_384)
  expect(degraded.slots.unserved[0]?.reason).toMatch(/is not of this lab, does not answer|cluster_state is "fail"/)
  await scratch.json('down')
  const { code, stderr } = await scratch.run('up', '--timeout', '1h')
  expect(code).toBe(1)
  expect(stderr).toContain(`${foreign.address}, which is not of this lab, does not answer`)
  expect((await scratch.run('up', '--wait', 'alive')).code).toBe(0)
})

test('a node that was removed stays outside, is named, and does not keep the lab from running', async () => {
  const lab = await up()
  await scratch.run('cli', '--', 'set', 'kept', 'yes')
  const r3 = nodeOf(lab, 'r3')
  await redisCli('del-node', `127.0.0.1:${nodeOf(lab, 'm1').port}`, r3.id ?? '')
  // From 5.0 on redis-cli resets the node, before that it ended it.
  await settled()
  await scratch.json('down')
  const resumed = await up()
  expect(resumed).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })
  expect(resumed.deviations).toMatchObject([{ what: 'r3 is not part of the cluster', deletesData: false }])
  expect(supervisorOf(resumed).pid).toBeGreaterThan(0)
  expect(await get('kept')).toBe('yes')
  expect(
    String(await ask(nodeOf(resumed, 'r3').port, 'CLUSTER', 'NODES'))
      .trim()
      .split('\n'),
  ).toHaveLength(1)

  paste(resumed.deviations[0]?.restore)
  await expect.poll(async () => (await settled()).deviations, patience).toEqual([])
  expect(await get('kept')).toBe('yes')
})
