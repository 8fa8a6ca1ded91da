/** What a supervisor sets on its nodes for a while is gone again, also when it is killed in the middle. */
import { existsSync, readFileSync, watch as watchFiles, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { identify } from '../../src/util/process-identity.js'
import { ask, directive } from '../support/ask.js'
import { isRunning, nodeOf, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
const status = () => scratch.json<LabStatus>('status')
const patience = { timeout: 30_000, interval: 50 }
const overridable = ['cluster-node-timeout', 'hz', 'cluster-allow-replica-migration', 'repl-diskless-sync']

const settingsOf = ({ nodes }: LabStatus) =>
  Promise.all(nodes.map(({ port }) => Promise.all(overridable.map((name) => directive(port, name)))))

const overridesFile = ({ dir }: LabStatus) => path.join(dir, 'overrides.json')

async function killSupervisor(lab: LabStatus): Promise<void> {
  process.kill(supervisorOf(lab).pid, 'SIGKILL')
  await expect.poll(() => isRunning(supervisorOf(lab).pid)).toBe(false)
}

/** Everything about its servers is in run.json: another supervisor will adopt them. */
async function adoptable(...args: string[]): Promise<LabStatus> {
  const lab = await scratch.json<LabStatus>('up', '--port', 'auto', ...args)
  const run = () => readFileSync(path.join(lab.dir, 'run.json'), 'utf8')
  await expect.poll(() => run().includes('"runId": null'), patience).toBe(false)
  return lab
}

test('failovers of one shard at the same time take turns, and leave every setting as it was', async () => {
  const lab = await scratch.json<LabStatus>('up', '--port', 'auto')
  const before = await settingsOf(lab)
  for (let round = 0; round < 3; round++) {
    const [there, back] = await Promise.all([scratch.run('failover', 'r1'), scratch.run('failover', 'm1')])
    expect([there.stderr, back.stderr]).toEqual(['', ''])
    expect(await settingsOf(lab)).toEqual(before)
  }
  expect(existsSync(overridesFile(lab))).toBe(false)
  await scratch.run('down', '--purge')
})

test('a supervisor that is killed in the middle of a reset leaves nothing that the next one does not put back', async () => {
  const lab = await adoptable()
  const before = await settingsOf(lab)
  await scratch.json('stop', 'r1')
  await scratch.json('kill', 'm2', '--no-restart')
  let seen = ''
  const watcher = watchFiles(lab.dir, (_, name) => {
    if (seen !== '' || name !== 'overrides.json' || !existsSync(overridesFile(lab))) return
    seen = readFileSync(overridesFile(lab), 'utf8')
    process.kill(supervisorOf(lab).pid, 'SIGKILL')
  })
  try {
    await scratch.run('reset')
  } finally {
    watcher.close()
  }
  const record = JSON.parse(seen) as { directives: { original: string }[] }
  expect(record.directives.map(({ original }) => original)).toContainEqual(expect.stringMatching(/^(5000|10|yes)$/))
  expect((await scratch.run('up')).code).toBe(0)
  expect(await settingsOf(lab)).toEqual(before)
  expect(existsSync(overridesFile(lab))).toBe(false)
  await scratch.run('down', '--purge')
})

test('what a dead supervisor has set and recorded is put back before the lab is ready, and no other value', async () => {
  const lab = await adoptable('--replicas', '0')
  const [m1, m2, m3] = ['m1', 'm2', 'm3'].map((name) => nodeOf(lab, name)) as [Node, Node, Node]
  await killSupervisor(lab)
  const before = await settingsOf(lab)
  for (const { port } of lab.nodes) await ask(port, 'CONFIG', 'SET', 'cluster-node-timeout', 200)
  // A user's own setting: it is not in the record.
  await ask(m3.port, 'CONFIG', 'SET', 'hz', 33)
  await ask(m1.port, 'CLIENT', 'PAUSE', 600_000, 'WRITE')
  const own = ({ name, pid }: Node) => ({ node: name, process: identify(pid) })
  const timeout = { name: 'cluster-node-timeout', original: '5000' }
  const record = {
    format: 1,
    directives: [
      { ...own(m1), ...timeout },
      { ...own(m2), ...timeout, process: { pid: m2.pid, startTime: 'another' } },
      { ...own(m3), ...timeout, original: '3000' },
    ],
    pauses: [{ ...own(m1), untilMs: Date.now() + 600_000 }],
  }
  writeFileSync(overridesFile(lab), JSON.stringify(record))
  expect((await scratch.run('up')).code).toBe(0)
  const [one, two, three] = await settingsOf(lab)
  expect(one).toEqual(before[0])
  expect(two?.[0]).toBe('200')
  expect(three).toEqual(['3000', '33', ...(before[2]?.slice(2) ?? [])])
  // A write would wait for the ten minutes of the pause.
  expect(await ask(m1.port, 'SET', 'key:{06S}', '1')).toBe('OK')
  await scratch.run('down', '--purge')
})

test('a paused node gets its setting back when it runs on', async () => {
  const lab = await adoptable('--replicas', '0')
  const m1 = nodeOf(lab, 'm1')
  await killSupervisor(lab)
  const [before] = await settingsOf(lab)
  await ask(m1.port, 'CONFIG', 'SET', 'cluster-node-timeout', 200)
  process.kill(m1.pid, 'SIGSTOP')
  const directives = [{ node: 'm1', process: identify(m1.pid), name: 'cluster-node-timeout', original: before?.[0] }]
  writeFileSync(overridesFile(lab), JSON.stringify({ format: 1, directives, pauses: [] }))
  await scratch.run('up')
  expect(nodeOf(await status(), 'm1')).toMatchObject({ state: 'paused', pid: m1.pid })
  expect(existsSync(overridesFile(lab))).toBe(true)
  // By hand, so that no command tells the supervisor.
  process.kill(m1.pid, 'SIGCONT')
  await expect.poll(() => directive(m1.port, 'cluster-node-timeout'), patience).toBe(before?.[0])
  await expect.poll(() => existsSync(overridesFile(lab)), patience).toBe(false)
  await scratch.run('down', '--purge')
})

type Node = ReturnType<typeof nodeOf>
