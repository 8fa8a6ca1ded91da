/** Data that vanished while the lab was down: the replica that has it becomes the master, and nothing is emptied silently. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { lost, write, type Keys } from '../cluster/keys.js'
import { nodeOf } from '../support/lab.js'
import { bin, useScratch } from '../support/scratch.js'

const scratch = useScratch()
const dataDir = (dir: string) => path.join(dir, 'appendonlydir')
const logOf = (dir: string) => {
  const name = readdirSync(dataDir(dir)).find((one) => one.endsWith('.incr.aof'))
  return path.join(dataDir(dir), name ?? '')
}
const truncate = (file: string, part: number) => truncateSync(file, Math.floor(statSync(file).size * part))

let lab: LabStatus
let old: string
let written: Keys[]

async function fill(replicas: 0 | 1, ...args: string[]): Promise<void> {
  lab = await scratch.json<LabStatus>('up', '--port', 'auto', '--replicas', String(replicas), ...args)
  written = [await write(lab, 'first', 300, { replicas })]
  old = path.join(scratch.dir, 'old')
  cpSync(dataDir(nodeOf(lab, 'm1').dir), old, { recursive: true })
  written.push(await write(lab, 'second', 300, { replicas }))
  await scratch.json('down')
}
afterEach(async () => {
  await scratch.run('down', '--purge')
})

const damages: readonly (readonly [string, (dir: string) => void])[] = [
  ['gone', (dir) => rmSync(dataDir(dir), { recursive: true })],
  ['cut', (dir) => truncate(logOf(dir), 0.6)],
  ['empty', (dir) => truncate(logOf(dir), 0)],
  [
    'of an older time',
    (dir) => {
      rmSync(dataDir(dir), { recursive: true })
      cpSync(old, dataDir(dir), { recursive: true })
    },
  ],
]

describe.each(['instant', 'redis-cli'])('resumed by %s', (creator) => {
  test.each(damages)(
    'the data of a master is %s: its replica becomes the master, with every key',
    async (_, damage) => {
      await fill(1, '--creator', creator)
      const { dir } = lab.nodes.find(({ name }) => name === 'm1') ?? { dir: '' }
      damage(dir)
      const left = existsSync(dataDir(dir))

      const { code, stderr } = await scratch.run('up')
      expect(code, stderr).toBe(0)
      expect(stderr).toMatch(/^m1: appendonlydir\/.*: r1 has all of its data and is the master now/m)
      const resumed = await scratch.json<LabStatus>('status')
      expect(resumed).toMatchObject({ state: 'running', ready: { level: 'full' } })
      expect(nodeOf(resumed, 'r1').role).toBe('master')
      expect(resumed.deviations).toMatchObject([
        { what: 'm1 is a replica of r1, which took its place', restore: 'redis-lab failover m1', deletesData: false },
      ])
      expect(await lost(resumed, written)).toEqual([])
      // What was left is the user's.
      const aside = readdirSync(dir).filter((name) => name.startsWith('data-'))
      expect(aside.filter((name) => existsSync(path.join(dir, name, 'appendonlydir')))).toHaveLength(left ? 1 : 0)

      // What is held now is what counts the next time.
      await scratch.json('down')
      const again = await scratch.json<LabStatus>('up')
      expect(nodeOf(again, 'r1').role).toBe('master')
      expect(await lost(again, written)).toEqual([])
    },
  )
})

describe('where no replica has the data', () => {
  beforeEach(() => fill(1))

  test('up refuses with what is missing, touches nothing, and starts with what is left when told to', async () => {
    const dirs = ['m2', 'r2'].map((name) => lab.nodes.find((node) => node.name === name)?.dir ?? '')
    for (const dir of dirs) rmSync(dataDir(dir), { recursive: true })
    const { code, stderr } = await scratch.run('up')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ {2}m2 held \d+ keys$/m)
    expect(stderr).toMatch(/^ {4}m2: appendonlydir\/\S+ is missing$/m)
    expect(stderr).toMatch(/^ {4}r2: appendonlydir\/\S+ is missing$/m)
    expect(dirs.map((dir) => existsSync(dataDir(dir)))).toEqual([false, false])
    expect(await scratch.json('status')).toMatchObject({ state: 'stopped' })

    const accepted = await scratch.json<LabStatus>('up', '--accept-data-loss')
    expect(accepted.state).toBe('running')
    expect((await lost(accepted, written)).length).toBeGreaterThan(0)
    await scratch.json('down')
    expect((await scratch.run('up')).code).toBe(0)
  })
})

test('a master that was stopped before the lab went down is watched over too', async () => {
  lab = await scratch.json<LabStatus>('up', '--port', 'auto')
  written = [await write(lab, 'first', 300)]
  await scratch.run('stop', 'm1')
  await scratch.json('down')
  rmSync(dataDir(lab.nodes[0]?.dir ?? ''), { recursive: true })
  const { code, stderr } = await scratch.run('up')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^ {2}m1 held an unknown number of keys$/m)
  expect(stderr).toMatch(/^ {4}r1 had not followed its master to the end$/m)
  // Told to go on, the lab takes the most that there is.
  const accepted = await scratch.json<LabStatus>('up', '--accept-data-loss')
  expect(nodeOf(accepted, 'r1').role).toBe('master')
  expect(await lost(accepted, written)).toEqual([])
})

test('files that a changed redis.conf would not load are missing data', async () => {
  await fill(0)
  for (const { dir } of lab.nodes) {
    const conf = path.join(dir, 'redis.conf')
    writeFileSync(conf, readFileSync(conf, 'utf8').replace('appendonly yes', 'appendonly no'))
  }
  const { code, stderr } = await scratch.run('up')
  expect(code).toBe(1)
  expect(stderr).toMatch(/m1: appendonlydir\/\S+ is not what its redis.conf has it load/)
})

test('a directive that moves the data is for a new lab, and the printed commands take the keys along', async () => {
  await fill(0)
  const { code, stderr } = await scratch.run('up', '--set', 'appendonly no')
  expect(code).toBe(2)
  expect(stderr).toContain('--set: the lab has none, you asked for "appendonly no" (only in a new lab)')
  const command = /^Start another lab with a copy of its data: (.*)$/m.exec(stderr)?.[1] ?? ''
  const line = command.replaceAll('redis-lab ', `'${process.execPath}' '${bin}' `)
  execFileSync('sh', ['-c', line], { env: scratch.env, cwd: scratch.dir, stdio: 'pipe' })
  const copy = await scratch.json<LabStatus>('status', '--name', 'default-2')
  expect(await lost(copy, written)).toEqual([])
  await scratch.json('down', '--purge', '--name', 'default-2')
  for (const { name } of await scratch.json<readonly { name: string }[]>('snapshot', 'ls'))
    await scratch.run('snapshot', 'rm', name)
})

test('data that was added while the lab was down, and a replica that lost its own, are no loss', async () => {
  await fill(1)
  const dirOf = (name: string) => lab.nodes.find((node) => node.name === name)?.dir ?? ''
  const file = logOf(dirOf('m1'))
  writeFileSync(file, `${readFileSync(file, 'latin1')}*1\r\n$4\r\nPING\r\n`, 'latin1')
  rmSync(dataDir(dirOf('r3')), { recursive: true })
  const resumed = await scratch.json<LabStatus>('up')
  expect(resumed).toMatchObject({ state: 'running', deviations: [] })
  expect(await lost(resumed, written)).toEqual([])
})

test('a lab that was killed and not taken down has no record of what it held, and starts with what there is', async () => {
  await fill(0)
  const record = path.join(lab.dir, 'data.json')
  expect(existsSync(record)).toBe(true)
  const running = await scratch.json<LabStatus>('up')
  expect(existsSync(record)).toBe(false)
  expect(running.state).toBe('running')
})

test('a snapshot whose file holds other keys than its manifest counts begins no lab', async () => {
  await fill(0)
  await scratch.json('up')
  await scratch.json('snapshot', 'save', 'seed')
  await scratch.json('down', '--purge')
  const file = path.join(scratch.places.state, 'snapshots', 'seed', 'manifest.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { shards: { keys: number }[] }
  const [first] = manifest.shards
  const keys = first?.keys ?? 0
  if (first) first.keys = keys + 5
  writeFileSync(file, JSON.stringify(manifest))
  const { code, stderr } = await scratch.run('up', '--port', 'auto', '--from', 'seed')
  expect(code).toBe(1)
  expect(stderr).toContain('the snapshot holds other data than its manifest says')
  expect(stderr).toContain(`m1 has ${keys} keys instead of ${keys + 5}`)
  await scratch.run('snapshot', 'rm', 'seed')
})
