/** Data that vanished while the lab was down: the replica that has it becomes the master, and nothing is emptied silently. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { lost, write, type Keys } from '../cluster/keys.js'
import { nodeOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

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
