import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { LabError } from '../../../../src/errors.js'
import { filesOfSet } from '../../../../src/node/data-files.js'
import {
  isSnapshotFile,
  parseManifest,
  readManifest,
  writeManifest,
  type ManifestText,
} from '../../../../src/lab/snapshot/manifest.js'
import { sha256Of, verifiedFiles } from '../../../../src/lab/snapshot/verify.js'
import { thrownBy, useTempDir } from '../../support.js'

const temp = useTempDir()

const file = { kind: 'rdb', sizeBytes: 4, modifiedMs: 1000, sha256: 'a'.repeat(64) } as const
const sample: ManifestText = {
  format: 1,
  createdAt: '2025-01-02T03:04:05.678Z',
  lab: 'default',
  engine: 'redis',
  version: '8.0.6',
  redis: null,
  malloc: 'libc',
  replicas: 1,
  set: ['maxmemory 100mb'],
  shards: [
    {
      slots: [
        [0, 100],
        [200, 16383],
      ],
      keys: 7,
      file,
    },
    { slots: [[101, 199]], keys: null, file: null },
  ],
}
const parse = (change: object) => parseManifest(JSON.stringify({ ...sample, ...change }), '/seed')

test('what is written is read again, with its directives as those that are typed', () => {
  writeManifest(temp(), sample)
  expect(readManifest(temp())).toEqual({ ...sample, set: [{ name: 'maxmemory', value: '100mb' }] })
  expect(readManifest(path.join(temp(), 'nowhere'))).toBeUndefined()
})

const [first, second] = sample.shards as [ManifestText['shards'][0], ManifestText['shards'][0]]

test.each<[string, object, RegExp]>([
  ['another format', { format: 2 }, /format/],
  ['something that nobody knows', { more: 1 }, /more/],
  ['an engine that is none', { engine: 'keydb' }, /engine/],
  ['a version that is a path', { version: '/opt/redis' }, /version/],
  ['a release that is a program on some disk', { redis: '/tmp/evil' }, /redis/],
  ['a release that somebody else puts at an address', { redis: 'https://a.test/evil.tar.gz' }, /redis/],
  ['a name that is a path', { lab: '../up' }, /lab/],
  ['a directive that belongs to the lab', { set: ['dir /etc'] }, /set/],
  ['a directive that begins a second line', { set: ['save ""\nloadmodule /x'] }, /set/],
  ['no masters', { shards: [] }, /shards/],
  ['a slot that nobody has', { shards: [{ ...first, slots: [[1, 16383]] }] }, /do not share/],
  ['a slot that two have', { shards: [first, { ...second, slots: [[100, 199]] }] }, /do not share/],
  ['a slot that there is not', { shards: [{ ...first, slots: [[0, 16384]] }] }, /slots/],
  ['a range that ends before it begins', { shards: [{ ...first, slots: [[16383, 0]] }] }, /ends before/],
  [
    'a file with a name of its own',
    { shards: [{ ...first, file: { ...file, name: '../../etc/passwd' } }, second] },
    /name/,
  ],
  ['a file of another kind', { shards: [{ ...first, file: { ...file, kind: '../m1.rdb' } }, second] }, /kind/],
  ['a size that is none', { shards: [{ ...first, file: { ...file, sizeBytes: -1 } }, second] }, /sizeBytes/],
])('a manifest with %s is damaged', async (_, change, evidence) => {
  const error = (await thrownBy(() => parse(change))) as LabError
  expect(error).toMatchObject({ code: 'snapshot-damaged', message: 'the snapshot in /seed is damaged' })
  expect(error.details.join('\n')).toMatch(evidence)
})

test.each(['', '{', 'null', '[]', '"seed"', '1'])('%j is no manifest', async (text) => {
  expect(await thrownBy(() => parseManifest(text, '/seed'))).toMatchObject({ code: 'snapshot-damaged' })
})

test('only what a snapshot consists of is deleted with it', () => {
  expect(['manifest.json', 'm1.rdb', 'm1000.aof'].filter(isSnapshotFile)).toHaveLength(3)
  expect(['m1.txt', 'notes', 'm.rdb', 'r1.rdb', 'm1.rdb.bak', '..'].filter(isSnapshotFile)).toEqual([])
})

test('a file is what it was by its size and time, and otherwise by its content', async () => {
  const data = path.join(temp(), 'm1.rdb')
  const one = async (change: object) => {
    const known = { ...file, sha256: await sha256Of(data), ...change }
    return verifiedFiles(temp(), parse({ shards: [{ slots: [[0, 16383]], keys: 1, file: known }] }))
  }
  writeFileSync(data, 'data')
  utimesSync(data, 1, 1)
  expect(await one({})).toEqual([data])
  expect(await one({ sha256: 'b'.repeat(64) }), 'its time is that of then').toEqual([data])
  expect(await one({ modifiedMs: 2000 })).toEqual([data])
  await expect(one({ modifiedMs: 2000, sha256: 'b'.repeat(64) })).rejects.toMatchObject({ code: 'snapshot-damaged' })
  await expect(one({ sizeBytes: 5 })).rejects.toMatchObject({ details: ['m1.rdb: it has 4 bytes instead of 5'] })
})

test('a link in the place of a file leads nowhere', async () => {
  writeFileSync(path.join(temp(), 'secret'), 'data')
  mkdirSync(path.join(temp(), 'seed'))
  symlinkSync('../secret', path.join(temp(), 'seed', 'm1.rdb'))
  const manifest = parse({ shards: [{ slots: [[0, 16383]], keys: 1, file }] })
  await expect(verifiedFiles(path.join(temp(), 'seed'), manifest)).rejects.toMatchObject({
    details: ['m1.rdb: it is not a file'],
  })
})

test('an append-only set is its base and what was added, in their order and in their folder', () => {
  const text = [
    'file appendonly.aof.9.incr.aof seq 9 type i',
    'file appendonly.aof.10.incr.aof seq 10 type i',
    'file appendonly.aof.1.base.rdb seq 1 type b',
    'file appendonly.aof.8.incr.aof seq 8 type h',
    'file ../../etc/passwd seq 11 type i',
    '',
  ]
  const names = ['appendonly.aof.1.base.rdb', 'appendonly.aof.9.incr.aof', 'appendonly.aof.10.incr.aof', 'passwd']
  expect(filesOfSet(text.join('\n'), '/aof')).toEqual(names.map((name) => `/aof/${name}`))
})
