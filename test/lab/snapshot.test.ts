/** A lab's data as of one moment, and the labs that begin with it. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import calculateSlot from 'cluster-key-slot'
import { findSnapshot, startLab, type Lab, type Snapshot, type TimedEvent } from 'redis-lab'
import { expect, test } from 'vitest'
import { NodeClient } from '../../src/node/index.js'
import type { NodeStatus } from '../../src/supervisor/index.js'
import { lost, write } from '../cluster/keys.js'
import { ask } from '../support/ask.js'
import { idsOf, nodeOf } from '../support/lab.js'
import { useLibraryEnvironment } from '../support/library.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

const one = { masters: 1, replicas: 0 } as const
const patience = { timeout: 30_000, interval: 50 }

test.each([
  [3, 1],
  [3, 0],
  [1, 1],
])(
  'two labs of %i masters with %i replicas begin at once with the data of one, and are strangers',
  async (masters, replicas) => {
    const origin = await startLab({ masters, replicas })
    const before = await origin.status()
    const keys = await write(before, 'first', 3000, { replicas })
    await using seed = await origin.snapshot()
    expect(seed).toMatchObject({
      keys: keys.perTag * 48,
      masters,
      replicas,
      redis: expect.stringMatching(/^(redis|valkey) \d/) as string,
    })
    await origin.stop()

    const labs = await Promise.all([startLab({ from: seed }), startLab({ from: seed.dir })])
    const states = await Promise.all(labs.map((lab) => lab.status()))
    for (const status of states) {
      expect(status).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })
      expect(slotsOf(status.nodes)).toEqual(slotsOf(before.nodes))
      expect(await lost(status, [keys])).toEqual([])
    }
    const ids = [before, ...states].flatMap(idsOf)
    expect(new Set(ids).size).toBe(ids.length)

    const [mine, other] = states as [(typeof states)[0], (typeof states)[0]]
    const later = await write(mine, 'second', 100, { replicas })
    expect(await lost(mine, [keys, later])).toEqual([])
    expect(await lost(other, [later])).toHaveLength(later.perTag * 48)
    await expect.poll(() => counts(other.nodes), patience).toBe(keys.perTag * 48 * (1 + replicas))
    await Promise.all(labs.map((lab) => lab.stop()))
  },
)

test('a lab that began with a snapshot is a lab as any other: it can be snapshot, and keeps what it is given', async () => {
  const dir = path.join(scratch.dir, 'kept')
  const origin = await startLab(one)
  const [port] = portsOf(origin)
  await ask(port, 'SET', 'a{x}', '1')
  await using seed = await origin.snapshot()
  await origin.stop()
  const second = await startLab({ from: seed, name: 'kept', dir })
  await ask(portsOf(second)[0], 'SET', 'b{x}', '2')
  await using grandchild = await second.snapshot()
  await second.stop()
  const resumed = await startLab({ name: 'kept', dir })
  const third = await startLab({ from: grandchild })
  for (const lab of [resumed, third]) expect(await ask(portsOf(lab)[0], 'MGET', 'a{x}', 'b{x}')).toEqual(['1', '2'])
  await Promise.all([resumed.stop(), third.stop()])
  await scratch.json('down', '--name', 'kept', '--purge')
})

test('no write that was answered before is missing, and whoever writes goes on', async () => {
  await using lab = await startLab({ replicas: 0 })
  const writers = await Promise.all(lab.nodes.map((node, index) => writeOn(node.port, index)))
  await expect.poll(() => Math.min(...writers.map(({ answered }) => answered())), patience).toBeGreaterThan(200)
  const before = writers.map(({ answered }) => answered())
  const events: TimedEvent[] = []
  lab.on('snapshot-taken', (event) => events.push(event))
  await using seed = await lab.snapshot()
  const after = writers.map(({ answered }) => answered())
  await expect.poll(() => writers.every(({ answered }, n) => answered() > (after[n] ?? 0)), patience).toBe(true)
  for (const writer of writers) expect(await writer.stop()).toBeUndefined()
  await expect.poll(() => events, patience).toMatchObject([{ keys: seed.keys }])

  await using copy = await startLab({ from: seed })
  for (const [index, node] of copy.nodes.entries()) {
    const last = Number(await ask(node.port, 'GET', counterIn(index)))
    expect(last).toBeGreaterThanOrEqual(before[index] ?? Infinity)
    expect(last).toBeLessThanOrEqual(after[index] ?? 0)
  }
})

test('what was written to one master after another was answered is not there without it', async () => {
  await using lab = await startLab({ replicas: 0 })
  const [first, second] = lab.nodes.map(({ port }) => port) as [number, number]
  // Each number is written to the first master, and then to the second: at any moment the second is not ahead.
  const clients = await Promise.all([NodeClient.connect(first), NodeClient.connect(second)])
  let going = true
  let turns = 0
  const writing = (async () => {
    for (; going; turns++) for (const [n, client] of clients.entries()) await client.call('SET', counterIn(n), turns)
  })()
  const seeds: Snapshot[] = []
  for (let count = 1; count <= 3; count++) {
    const from = turns
    await expect.poll(() => turns, patience).toBeGreaterThan(from + 50)
    seeds.push(await lab.snapshot())
  }
  going = false
  await writing
  for (const client of clients) client.close()
  for (const seed of seeds) {
    await using copy = await startLab({ from: seed })
    const [ahead, behind] = await Promise.all([0, 1].map((n) => ask(copy.master(n).port, 'GET', counterIn(n))))
    expect(Number(ahead) - Number(behind)).toBeOneOf([0, 1])
    await seed.remove()
  }
})

test('after a failover whoever is the master has the data, and the new lab has it in the planned order', async () => {
  await using lab = await startLab()
  const keys = await write(await lab.status(), 'old', 500)
  await lab.failover('r2')
  const more = await write(await lab.status(), 'new', 500)
  await using seed = await lab.snapshot()
  await using copy = await startLab({ from: seed })
  const status = await copy.status()
  expect(await lost(status, [keys, more])).toEqual([])
  expect(status.nodes.map(({ role }) => role)).toEqual(['master', 'master', 'master', 'replica', 'replica', 'replica'])
})

test('a lab without append-only files has a snapshot too, and its copies are as it is', async () => {
  const lab = await startLab({ replicas: 1, set: ['appendonly no', 'maxmemory 77mb'] })
  const keys = await write(await lab.status(), 'rdb', 1000)
  await using seed = await lab.snapshot()
  await lab.stop()
  await using copy = await startLab({ from: seed })
  expect(await lost(await copy.status(), [keys])).toEqual([])
  expect(await ask(copy.master().port, 'CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'no'])
  expect(await ask(copy.master().port, 'CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(77 * 2 ** 20)])
  await using other = await startLab({ from: seed, set: [] })
  expect(await lost(await other.status(), [keys])).toEqual([])
  expect(await ask(other.master().port, 'CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'yes'])
})

test('slots that were dealt out by hand stay where they are', async () => {
  await using lab = await startLab({ replicas: 0 })
  const [m1, m2] = lab.nodes as [Lab['nodes'][0], Lab['nodes'][0]]
  for (const { port } of lab.nodes) await ask(port, 'CLUSTER', 'SETSLOT', 100, 'NODE', m2.id ?? '')
  await allWell(lab)
  await using seed = await lab.snapshot()
  await using copy = await startLab({ from: seed })
  expect(slotsOf((await copy.status()).nodes)).toEqual([
    [
      [0, 99],
      [101, 5460],
    ],
    [
      [100, 100],
      [5461, 10922],
    ],
    [[10923, 16383]],
  ])

  await ask(m1.port, 'CLUSTER', 'SETSLOT', 101, 'MIGRATING', m2.id ?? '')
  await expect(lab.snapshot()).rejects.toMatchObject({
    code: 'wrong-state',
    message: 'slots of m1 are on their way from one node to another',
    details: [`[101->-${m2.id}]`],
  })
})

test('of a lab that is not whole there is no snapshot, and the reason is told', async () => {
  await using lab = await startLab({ replicas: 1 })
  await lab.replica().stop()
  await expect(lab.snapshot()).rejects.toMatchObject({
    code: 'wrong-state',
    message: 'the lab is degraded',
    details: [expect.stringMatching(/^r1 .*it was stopped on purpose/)],
  })
})

test('a master that cannot write its file is an error with the words of its log, and the lab goes on', async () => {
  await using lab = await startLab({ replicas: 0 })
  mkdirSync(path.join(nodeOf(await lab.status(), 'm2').dir, 'dump.rdb', 'in-the-way'), { recursive: true })
  await expect(lab.snapshot()).rejects.toMatchObject({
    code: 'snapshot-failed',
    message: 'm2 could not write its data down',
    details: expect.arrayContaining([
      expect.stringMatching(/Error moving temp DB file/),
      expect.stringMatching(/^log: /),
    ]) as string[],
  })
  expect(await ask(lab.master(0).port, 'SET', 'works', 'yes').catch(String)).toMatch(/OK|MOVED/)
  expect(await lab.status()).toMatchObject({ state: 'running' })
})

test('a snapshot has a name that outlives the lab, a folder of the caller, or one of its own', async () => {
  await using lab = await startLab(one)
  expect(await findSnapshot('seed')).toBeUndefined()
  const named = await lab.snapshot({ name: 'seed' })
  expect(await findSnapshot('seed')).toEqual(named)
  await expect(lab.snapshot({ name: 'seed' })).rejects.toMatchObject({ code: 'snapshot-exists' })
  await ask(lab.master().port, 'SET', 'later', '1')
  expect(await lab.snapshot({ name: 'seed', replace: true })).toMatchObject({ keys: 1 })

  const dir = mkdtempSync(path.join(scratch.dir, 'mine-'))
  expect(await lab.snapshot({ dir })).toMatchObject({ dir, name: path.basename(dir) })
  await expect(lab.snapshot({ dir })).rejects.toMatchObject({ code: 'snapshot-exists' })
  await expect(lab.snapshot({ dir, name: 'both' })).rejects.toMatchObject({ code: 'bad-input' })
  await expect(lab.snapshot({ name: '../up' })).rejects.toMatchObject({ code: 'bad-input' })
  await expect(lab.snapshot({ timeout: 'soon' })).rejects.toMatchObject({ code: 'bad-input' })
  writeFileSync(path.join(scratch.dir, 'file'), '')
  await expect(lab.snapshot({ dir: path.join(scratch.dir, 'file', 'below') })).rejects.toMatchObject({
    code: 'storage',
  })

  await using copy = await startLab({ from: 'seed' })
  expect(await ask(copy.master().port, 'GET', 'later')).toBe('1')
  await named.remove()
  await named.remove()
  expect(await findSnapshot('seed')).toBeUndefined()
  expect(readdirSync(path.join(scratch.places.state, 'snapshots'))).toEqual([])
})

test('two snapshots at once are two whole snapshots', async () => {
  await using lab = await startLab({ replicas: 0 })
  const keys = await write(await lab.status(), 'both', 500, { replicas: 0 })
  const seeds = await Promise.all([lab.snapshot(), lab.snapshot()])
  for (const seed of seeds) {
    await using copy = await startLab({ from: seed })
    expect(await lost(await copy.status(), [keys])).toEqual([])
    await seed.remove()
  }
})

test('what is no snapshot any more begins no lab', async () => {
  const lab = await startLab(one)
  await ask(lab.master().port, 'SET', 'a', 'b')
  await using seed = await lab.snapshot({ dir: path.join(scratch.dir, 'seed') })
  await lab.stop()
  const data = path.join(seed.dir, 'm1.rdb')
  const copyOf = (name: string) => {
    const dir = path.join(scratch.dir, name)
    cpSync(seed.dir, dir, { recursive: true })
    return dir
  }
  const refusal = async (dir: string) =>
    startLab({ from: dir }).then(
      () => undefined,
      (error: unknown) => error,
    )
  const broken = (...details: (string | RegExp)[]) => ({
    code: 'snapshot-damaged',
    details: details.map((detail) => expect.stringMatching(detail) as string),
  })

  const moved = copyOf('moved')
  await using copy = await startLab({ from: moved })
  expect(await ask(copy.master().port, 'GET', 'a')).toBe('b')

  const missing = copyOf('missing')
  rmSync(path.join(missing, 'm1.rdb'))
  expect(await refusal(missing)).toMatchObject(broken('m1.rdb: it is missing'))
  const short = copyOf('short')
  truncateSync(path.join(short, 'm1.rdb'), 10)
  expect(await refusal(short)).toMatchObject(broken(/^m1.rdb: it has 10 bytes instead of \d+$/))
  const other = copyOf('other')
  writeFileSync(path.join(other, 'm1.rdb'), Buffer.alloc(seed.sizeBytes, 7))
  utimesSync(path.join(other, 'm1.rdb'), 1, 1)
  expect(await refusal(other)).toMatchObject(broken('m1.rdb: it has another content than it had'))
  const garbled = copyOf('garbled')
  appendFileSync(path.join(garbled, 'manifest.json'), '}')
  expect(await refusal(garbled)).toMatchObject(broken(/^manifest.json: /))
  expect(await refusal(path.join(scratch.dir, 'nowhere'))).toMatchObject({ code: 'snapshot-not-found' })
  expect(await refusal('nowhere')).toMatchObject({ code: 'snapshot-not-found' })
  expect(existsSync(data)).toBe(true)
})

async function allWell(lab: Lab): Promise<void> {
  await expect.poll(() => lab.status(), patience).toMatchObject({ state: 'running', ready: { level: 'full' } })
}

const portsOf = (lab: Lab) => lab.nodes.map(({ port }) => port) as [number, ...number[]]
const slotsOf = (nodes: readonly NodeStatus[]) =>
  nodes.filter(({ role }) => role === 'master').map(({ slots }) => slots)

async function counts(nodes: readonly NodeStatus[]): Promise<number> {
  const sizes = await Promise.all(nodes.map(({ port }) => ask(port, 'DBSIZE')))
  return sizes.reduce((sum: number, size) => sum + Number(size), 0)
}

/** A key of the nth of three masters. */
function counterIn(master: number): string {
  for (let n = 0; ; n++) {
    const key = `counter:${n}`
    if (Math.floor((calculateSlot(key) * 3) / 16_384) === master) return key
  }
}

/** Counts up in one key as fast as it is answered, until it is told to stop. */
async function writeOn(port: number, master: number) {
  const client = await NodeClient.connect(port, { timeoutMs: 20_000 })
  let answered = 0
  let going = true
  let failure: Error | undefined
  const ended = (async () => {
    while (going) {
      await client.call('SET', counterIn(master), answered + 1)
      answered++
    }
  })().catch((error: Error) => (failure = error))
  return {
    answered: () => answered,
    stop: async () => {
      going = false
      await ended
      client.close()
      return failure
    },
  }
}
