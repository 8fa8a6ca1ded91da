/** redis-lab snapshot save, ls, rm, and up --from. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { beforeEach, expect, test } from 'vitest'
import { placesFrom, snapshotEntry, snapshotLock, snapshotsDir } from '../../src/paths.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import type { SnapshotRow } from '../../src/view/index.js'
import { lost, write } from '../cluster/keys.js'
import { isRunning, small, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
/** What others have left on this machine is not this test's to count. */
beforeEach(() => {
  scratch.env['REDIS_LAB_RUNTIME'] = path.join(scratch.dir, 'run')
})
const places = () => placesFrom(scratch.env)
const up = (...more: string[]) => scratch.json<LabStatus>('up', '--port', 'auto', ...more)
const save = (...words: string[]) => scratch.json<SnapshotRow>('snapshot', 'save', ...words)
const list = () => scratch.json<SnapshotRow[]>('snapshot', 'ls')
const entries = () => readdirSync(snapshotsDir(places()))

test('a snapshot is saved, listed, begun with and deleted', async () => {
  const lab = await up(...small)
  const keys = await write(lab, 'cli', 200, { replicas: 0 })
  const row = await save('seed')
  expect(row).toMatchObject({
    name: 'seed',
    dir: snapshotEntry(places(), 'seed'),
    lab: 'default',
    masters: 3,
    replicas: 0,
    keys: keys.perTag * 48,
    problem: null,
  })
  expect(await list()).toEqual([row])
  expect((await scratch.run('snapshot', 'ls')).stdout).toMatch(
    /^NAME +LAB .*\nseed +default +redis [\d.]+ +3 x 0 +240 /,
  )

  const copy = await up('--name', 'copy', '--from', 'seed')
  expect(await lost(copy, [keys])).toEqual([])
  expect(await up('--name', 'copy', '--from', `${row.dir}/`)).toEqual(copy)
  const other = await scratch.run('up', '--from', 'seed')
  expect(other).toMatchObject({ code: 2 })
  expect(other.stderr).toContain(`--from: the lab has none, asked for was ${row.dir}`)

  expect((await scratch.run('snapshot', 'rm', 'seed')).stdout).toBe('Snapshot "seed" is deleted.\n')
  expect(await list()).toEqual([])
  await scratch.json('down', '--name', 'copy')
  const resumed = await up('--name', 'copy', '--from', row.dir)
  expect(await lost(resumed, [keys]), 'what a lab has is its own').toEqual([])
  await scratch.json('down', '--all', '--purge')
})

test.each<[string, string[]]>([
  ['an append-only file', []],
  ['an RDB file', ['--set', 'appendonly no', '--set', 'save 3600 1']],
])('a lab that is down and has %s is saved out of its folders', async (_, directives) => {
  const lab = await up('--masters', '2', '--replicas', '1', ...directives)
  const [first, second] = [await write(lab, 'one', 500), await write(lab, 'two', 500)]
  await scratch.json('down')
  const row = await save()
  expect(row).toMatchObject({ lab: 'default', masters: 2, replicas: 1, keys: null })
  expect(row.name).toMatch(/^default-\d{8}-\d{6}$/)
  expect(await scratch.json('status')).toMatchObject({ state: 'stopped' })
  const copy = await up('--name', 'copy', '--from', row.name)
  expect(copy).toMatchObject({ state: 'running', ready: { level: 'full' } })
  expect(await lost(copy, [first, second])).toEqual([])
  expect(await lost(await up(), [first, second])).toEqual([])
  await scratch.json('down', '--all', '--purge')
})

test('a lab whose supervisor was killed is adopted first', async () => {
  const lab = await up(...small)
  process.kill(supervisorOf(lab).pid, 'SIGKILL')
  await expect.poll(() => isRunning(supervisorOf(lab).pid)).toBe(false)
  const { code, stderr } = await scratch.run('snapshot', 'save', 'seed')
  expect(stderr).toContain('taking over lab "default"')
  expect(code).toBe(0)
  expect(await scratch.json('status')).toMatchObject({ state: 'running' })
  await scratch.json('down', '--purge')
})

test('either creator begins a lab with a snapshot', async () => {
  const lab = await up(...small)
  const keys = await write(lab, 'plain', 100, { replicas: 0 })
  await save('seed')
  await scratch.json('down', '--purge')
  const copy = await up('--from', 'seed', '--creator', 'redis-cli')
  expect(copy).toMatchObject({ creator: 'redis-cli', ready: { level: 'full' } })
  expect(await lost(copy, [keys])).toEqual([])
  await scratch.json('down', '--purge')
})

test('what a snapshot cannot be begun with is told before anything is touched', async () => {
  const lab = await up(...small)
  await write(lab, 'x', 50, { replicas: 0 })
  await save('seed')
  await scratch.json('down')
  await save('cold')
  await scratch.json('down', '--purge')
  const refusal = async (...words: string[]) => {
    const { code, stderr } = await scratch.run('up', '--port', 'auto', ...words)
    expect(code, stderr).toBe(2)
    expect(readdirSync(path.join(scratch.dir, 'state', 'labs'))).toEqual([])
    return stderr
  }
  expect(await refusal('--from', 'sed')).toContain('there is no snapshot named "sed"\nThere is: cold, seed')
  expect(await refusal('--from', './seed')).toMatch(/there is no snapshot in \/.*\/seed\n.*begins with ".\/"/)
  expect(await refusal('--from', 'seed', '--masters', '4')).toContain('--masters 4: the snapshot has 3')
  expect(await refusal('--from', 'seed', '--replicas', '1')).toContain('--replicas 1: the snapshot has 0')
  expect(await refusal('--from', 'cold', '--set', 'appendonly no')).toContain('its data is an append-only file')

  change('seed', (manifest) => (manifest['version'] = '99.0.0'))
  expect(await refusal('--from', 'seed')).toMatch(/the snapshot was taken of redis 99\.0\.0, which redis [\d.]+ cannot/)
  change('seed', (manifest) => Object.assign(manifest, { version: '5.0.0', engine: 'valkey' }))
  expect(await refusal('--from', 'seed')).toContain('the snapshot was taken of valkey 5.0.0')
  change('seed', (manifest) => Object.assign(manifest, { engine: 'redis', set: ['loadmodule /tmp/x.so'] }))
  expect(await refusal('--from', 'seed')).toContain('"loadmodule /tmp/x.so", which names a file')
  change('seed', (manifest) => Object.assign(manifest, { set: ['bind 127.0.0.1 0.0.0.0', 'enable-debug-command yes'] }))
  const exposed = await refusal('--from', 'seed')
  expect(exposed).toContain('"bind 127.0.0.1 0.0.0.0", which decides who reaches its nodes')
  expect(exposed).toContain('"enable-debug-command yes", which decides')
  change('seed', (manifest) => Object.assign(manifest, { set: ['dbfilename ..', 'appendonly no'] }))
  expect((await scratch.run('up', '--port', 'auto', '--from', 'seed')).stderr).toContain('must be the name of a file')
})

test('names that are none, and names that are taken, change nothing', async () => {
  await up(...small)
  const row = await save('seed')
  const refusal = async (...words: string[]) => {
    const { code, stderr } = await scratch.run('snapshot', ...words)
    expect(code, stderr).toBe(2)
    return stderr
  }
  expect(await refusal()).toContain("missing required argument 'action'")
  expect(await refusal('list')).toContain('there is no "snapshot list"')
  expect(await refusal('save', '../out')).toContain('a snapshot has a name of letters')
  expect(await refusal('save', 'a', 'b')).toContain('"snapshot save" takes one name')
  expect(await refusal('save', 'seed')).toContain('or replace it with --force')
  expect(await refusal('save', 'new', '--name', 'nobody')).toContain('there is no lab named "nobody"')
  expect(await refusal('rm')).toContain('"snapshot rm" takes the names of snapshots')
  expect(await refusal('rm', '--name', 'default')).toContain('"snapshot rm" takes no --name')
  expect(await refusal('rm', 'seed', 'nope')).toContain('there is no snapshot named "nope"\nThere is: seed')
  expect(await refusal('rm', '../labs')).toContain('a snapshot has a name of letters')
  expect(await refusal('ls', 'seed')).toContain('"snapshot ls" takes no name')
  expect(await list()).toEqual([row])
  expect(await save('seed', '--force')).toMatchObject({ name: 'seed' })
  expect(entries()).toEqual(['seed'])
  await scratch.json('down', '--purge')
})

test('a damaged snapshot is listed with what is wrong, hides no other, and can be deleted', async () => {
  await up(...small)
  await save('good')
  await save('bad')
  await scratch.json('down', '--purge')
  writeFileSync(path.join(snapshotEntry(places(), 'bad'), 'manifest.json'), '{')
  mkdirSync(snapshotEntry(places(), 'empty'))
  expect(await list()).toMatchObject([
    { name: 'bad', problem: expect.stringMatching(/is damaged$/) as string },
    { name: 'empty', problem: 'it has no manifest' },
    { name: 'good', problem: null },
  ])
  writeFileSync(path.join(snapshotEntry(places(), 'good'), 'mine.txt'), '')
  const { code, stderr } = await scratch.run('snapshot', 'rm', 'bad', 'empty', 'good')
  expect(code).toBe(1)
  expect(stderr).toMatch(/holds something else, and stays[^]*mine\.txt/)
  expect(entries()).toEqual(['good'])
  expect(readdirSync(snapshotEntry(places(), 'good'))).toEqual(['mine.txt'])
})

test('a draft whose maker was killed is cleared by prune, and one that is being made is not', async () => {
  mkdirSync(snapshotsDir(places()), { recursive: true })
  const owners = { dead: { pid: spawnSync('true').pid, startTime: 'boot:1' }, alive: undefined }
  for (const [name, owner] of Object.entries(owners)) {
    const draft = path.join(snapshotsDir(places()), `.${name}.0123456789ab.draft`)
    mkdirSync(draft)
    writeFileSync(path.join(draft, 'm1.rdb'), 'half')
    if (owner) writeFileSync(path.join(draft, 'owner.json'), JSON.stringify(owner))
  }
  writeFileSync(snapshotLock(places(), 'seed'), JSON.stringify({ ...owners.dead, command: 'dead' }))
  expect(await list()).toEqual([])
  expect(await scratch.json('prune')).toMatchObject({ files: 2, problems: [] })
  expect(entries()).toEqual(['.alive.0123456789ab.draft'])
})

test('a command that is killed in the middle leaves no snapshot, and the lab goes on', async () => {
  const lab = await up(...small)
  const keys = await write(lab, 'big', 100_000, { replicas: 0 })
  const child = scratch.start(['snapshot', 'save', 'seed'])
  const ended = new Promise((resolve) => child.once('close', resolve))
  const begun = () =>
    existsSync(snapshotsDir(places())) &&
    entries().some((name) => existsSync(path.join(snapshotsDir(places()), name, 'owner.json')))
  await expect.poll(begun, { timeout: 30_000, interval: 1 }).toBe(true)
  child.kill('SIGKILL')
  await ended
  expect((await list()).filter(({ problem }) => problem !== null)).toEqual([])
  expect(await scratch.json('status')).toMatchObject({ state: 'running' })
  expect(await lost(lab, [keys])).toEqual([])
  expect(await save('seed', '--force')).toMatchObject({ keys: keys.perTag * 48 })
  await scratch.json('prune')
  expect(entries()).toEqual(['seed'])
  await scratch.json('down', '--purge')
})

function change(name: string, edit: (manifest: Record<string, unknown>) => void): void {
  const file = path.join(snapshotEntry(places(), name), 'manifest.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  edit(manifest)
  writeFileSync(file, JSON.stringify(manifest))
}
