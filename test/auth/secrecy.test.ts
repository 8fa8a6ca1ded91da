/** The password of a lab is in two kinds of files, which are their owner's alone, and nowhere else. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { isRunning, nodeOf, small, supervisorOf } from '../support/lab.js'
import { outcomeOf, useScratch, type Outcome } from '../support/scratch.js'
import { commandLinesWith, environmentsWith, filesWith, password, trace } from './support.js'

const scratch = useScratch()
const patience = { timeout: 30_000, interval: 50 }

/** Everything that was printed by what is run here, and every command line that had the password, as often as anybody looked. */
let printed: Outcome[] = []
let seen: string[] = []
let looking: NodeJS.Timeout | undefined
beforeEach(() => {
  printed = []
  seen = []
})
afterEach(() => clearInterval(looking))

function lookAtProcesses(): void {
  looking = setInterval(() => seen.push(...commandLinesWith(trace)), 5)
}

async function run(...args: string[]): Promise<Outcome> {
  const outcome = await scratch.run(...args)
  printed.push(outcome)
  return outcome
}

const labJson = async (): Promise<LabStatus> => JSON.parse((await run('status', '--json')).stdout) as LabStatus

function expectSecret(): void {
  expect(JSON.stringify(printed)).not.toContain(trace)
  expect(seen).toEqual([])
  // Claims of ports, and sockets: of all labs of this user.
  if (existsSync(scratch.places.runtime)) expect(filesWith(trace, scratch.places.runtime)).toEqual([])
}

test('no process, no file but two kinds, and no output has it, whatever is done with the lab', async () => {
  scratch.env['REDIS_LAB_PASSWORD'] = password
  lookAtProcesses()
  expect((await run('up', '--port', 'auto', '--creator', 'redis-cli', '--verbose')).code).toBe(0)
  const lab = await labJson()
  const allowed = ['access.json 600', ...lab.nodes.map(({ port }) => `${port}/redis.conf 600`)].sort()
  expect(filesWith(trace, lab.dir)).toEqual(allowed)
  expect(environmentsWith(trace, [supervisorOf(lab).pid])).toEqual([])

  await run('cli', 'm1', '--', 'set', 'key', 'value')
  await run('cli', 'm1', '--', 'config', 'set', 'requirepass', 'another')
  await run('cli', 'r1', '--', 'config', 'rewrite')
  expect((await run('reset', '--json')).code).toBe(0)
  await run('failover', 'r1')
  await run('kill', 'm2')
  await run('snapshot', 'save', 'one')
  await run('config')
  await run('config', '--json')
  await run('up', '--verbose')
  expect((await run('up', '--password', 'another', '--verbose')).code).toBe(2)
  await run('logs')
  await run('logs', '--events')
  await run('logs', 'supervisor')
  process.kill(supervisorOf(lab).pid, 'SIGKILL')
  await expect.poll(() => isRunning(supervisorOf(lab).pid), patience).toBe(false)
  expect((await run('up', '--json')).code).toBe(0)
  // What was there is found again by another supervisor: it is written down without the password.
  expect(readFileSync(path.join(lab.dir, 'baseline.json'), 'utf8')).toContain('requirepass')
  const place = path.relative(scratch.dir, lab.dir)
  expect(filesWith(trace, scratch.dir)).toEqual(allowed.map((file) => path.join(place, file)))
  await run('down')
  expect(filesWith(trace, lab.dir)).toEqual(allowed)
  await run('down', '--purge')
  await run('snapshot', 'rm', 'one')
  expect(filesWith(trace, scratch.dir)).toEqual([])
  expectSecret()
})

test('a start that fails shows and keeps evidence of everything but the password', async () => {
  scratch.env['REDIS_LAB_PASSWORD'] = password
  lookAtProcesses()
  const never = ['--set', 'min-replicas-to-write 1', '--creator', 'redis-cli', '--timeout', '3s', '--verbose']
  expect((await run('up', ...small, ...never)).code).toBe(1)
  const evidence = path.join(scratch.places.state, 'failed')
  expect(filesWith('requirepass ***', evidence)).toHaveLength(3)
  expect(filesWith(trace, scratch.dir)).toEqual([])
  expectSecret()
})

test('a command takes it off its own command line', async () => {
  const child = scratch.start(['up', ...small, '--password', password, '--foreground', '--verbose'])
  const ended = outcomeOf(child)
  const said = new Promise<void>((resolve) => child.stderr?.once('data', () => resolve()))
  await said
  lookAtProcesses()
  await expect.poll(async () => (await run('status', '--json')).stdout, patience).toContain('"state": "running"')
  const lab = await labJson()
  expect(commandLinesWith('--password *** --foreground')).toEqual([expect.stringMatching(/^redis-lab up /)])
  expect(environmentsWith(trace, [supervisorOf(lab).pid, nodeOf(lab, 'm1').pid])).toEqual([])
  child.kill('SIGINT')
  printed.push(await ended)
  expect(seen).toEqual([])
  expectSecret()
  await run('down', '--purge')
})

test('a config file that is wrong is told of without the password in it', async () => {
  const file = path.join(scratch.dir, 'redis-lab.config.json')
  for (const text of [
    `{ "password": "${trace}" "masters": 3 }`,
    `{ "password": "${trace}\n", "masters": 3 }`,
    `{ "password": ["${trace}"] }`,
    `{ "password": "${trace}", "set": "requirepass ${trace}" }`,
    `{ "password": "${trace}", "set": ["masterauth ${trace}"], "masters": 0 }`,
  ]) {
    writeFileSync(file, text)
    expect((await run('up', '--verbose')).code).toBe(2)
    expect((await run('config', '--json')).code).toBe(2)
  }
  expectSecret()
})
