import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { labEntry, labFiles } from '../../../src/paths.js'
import { deleteLab, type LabRecord } from '../../../src/supervisor/index.js'
import { finishDeletion, keepEvidence } from '../../../src/supervisor/folder.js'
import { putLab, sampleRecord } from '../samples.js'
import { placesIn, useTempDir } from '../support.js'

const temp = useTempDir()
const places = () => placesIn(temp())
afterEach(() => void vi.useRealTimers())

/** A lab with everything that one writes into its folder. */
function makeLab(dir: string, spec: Partial<LabRecord['spec']> = {}): LabRecord {
  const record = sampleRecord({ dir, spec: { ...sampleRecord().spec, ...spec } })
  putLab(record)
  for (const file of ['run.json', 'supervisor.log', 'create.log']) writeFileSync(path.join(dir, file), file)
  for (const { port } of record.nodes) {
    mkdirSync(path.join(dir, String(port), 'appendonlydir'), { recursive: true })
    for (const file of ['redis.conf', 'redis.log', 'nodes.conf', 'redis.conf.previous'])
      writeFileSync(path.join(dir, String(port), file), `${file} of ${port}`)
  }
  return record
}

function linkFrom(entry: string, dir: string): void {
  mkdirSync(path.dirname(entry), { recursive: true })
  symlinkSync(dir, entry)
}

test('a lab is deleted with its folder', () => {
  const entry = labEntry(places(), 'default')
  deleteLab(places(), makeLab(entry))
  expect(existsSync(entry)).toBe(false)
})

test('what the lab did not make stays, and so does its folder then', () => {
  const dir = temp('mine')
  const record = makeLab(dir)
  mkdirSync(path.join(dir, '7001'))
  writeFileSync(path.join(dir, 'notes.txt'), 'keep me')
  deleteLab(places(), record)
  expect(readdirSync(dir).sort()).toEqual(['7001', 'notes.txt'])
})

test('the link to a folder elsewhere goes with the lab', () => {
  const entry = labEntry(places(), 'default')
  linkFrom(entry, temp('mine'))
  deleteLab(places(), makeLab(temp('mine')))
  expect(existsSync(temp('mine'))).toBe(false)
  expect(readdirSync(path.dirname(entry))).toEqual([])
})

test("a link to another folder is another lab's", () => {
  const entry = labEntry(places(), 'default')
  linkFrom(entry, temp('other'))
  deleteLab(places(), makeLab(temp('mine')))
  expect(readdirSync(path.dirname(entry))).toEqual(['default'])
})

test('a folder that a node has as a link is not followed', () => {
  const record = sampleRecord({ dir: temp('mine') })
  putLab(record)
  mkdirSync(temp('precious'))
  writeFileSync(temp('precious', 'data'), '')
  symlinkSync(temp('precious'), temp('mine', '6001'))
  deleteLab(places(), record)
  expect(readdirSync(temp('precious'))).toEqual(['data'])
})

test('a lab that is gone already can be deleted again', () => {
  const record = makeLab(temp('mine'))
  deleteLab(places(), record)
  expect(() => deleteLab(places(), record)).not.toThrow()
})

test('logs and configurations of a failed lab are kept where they outlive it', () => {
  const record = makeLab(temp('mine'))
  const kept = keepEvidence(places(), record)
  deleteLab(places(), record)
  expect(path.dirname(kept)).toBe(temp('state', 'failed'))
  expect(readdirSync(kept).sort()).toEqual([
    '6001',
    '6002',
    '6003',
    '6004',
    '6005',
    '6006',
    'create.log',
    'supervisor.log',
  ])
  expect(readdirSync(path.join(kept, '6001')).sort()).toEqual(['nodes.conf', 'redis.conf', 'redis.log'])
  expect(readFileSync(path.join(kept, '6002', 'redis.log'), 'utf8')).toBe('redis.log of 6002')
})

test('the evidence of ten failures is kept, the oldest makes room', () => {
  const record = makeLab(temp('mine'))
  const kept = Array.from({ length: 12 }, (_, index) => {
    vi.useFakeTimers({ now: Date.UTC(2025, 0, 1, 0, 0, index) })
    return path.basename(keepEvidence(places(), record))
  })
  expect(readdirSync(temp('state', 'failed')).sort()).toEqual(kept.slice(2))
})

test('a lab that left no trace has no evidence, which is no error', () => {
  expect(() => keepEvidence(places(), sampleRecord({ dir: temp('gone') }))).not.toThrow()
})

test('a lab that somebody else has deleted is cleared of what was written meanwhile', async () => {
  const entry = labEntry(places(), 'default')
  linkFrom(entry, temp('mine'))
  const record = makeLab(temp('mine'))
  const [first] = record.nodes
  for (const file of readdirSync(temp('mine'))) rmSync(temp('mine', file), { recursive: true })
  mkdirSync(temp('mine', String(first?.port)))
  writeFileSync(temp('mine', String(first?.port), 'redis.log'), 'one last word')
  await finishDeletion(places(), record)
  expect(existsSync(temp('mine'))).toBe(false)
  expect(readdirSync(path.dirname(entry))).toEqual([])
})

test.each(['lab.json', '6001', '6001/redis.conf', '6001/appendonlydir'])(
  'a lab that only lost its %s is not deleted any further',
  async (lost) => {
    const record = makeLab(temp('mine'))
    rmSync(temp('mine', lost), { recursive: true })
    const left = readdirSync(temp('mine'), { recursive: true }).sort()
    await finishDeletion(places(), record, 0)
    expect(readdirSync(temp('mine'), { recursive: true }).sort()).toEqual(left)
  },
)

test('a lab takes its certificates with it; of one that has none, a folder of that name is somebody else’s', () => {
  for (const tls of [true, false]) {
    const record = makeLab(temp('mine'), { tls })
    mkdirSync(labFiles.tls(record.dir))
    writeFileSync(path.join(labFiles.tls(record.dir), 'ca.crt'), '')
    deleteLab(places(), record)
    expect(existsSync(labFiles.tls(record.dir))).toBe(!tls)
  }
})

test('evidence has no keys, though all else of the folder', () => {
  const record = makeLab(temp('mine'), { tls: true })
  mkdirSync(labFiles.tls(record.dir))
  for (const name of ['ca.crt', 'node.crt', 'node.key', 'client.crt', 'client.key'])
    writeFileSync(path.join(labFiles.tls(record.dir), name), '')
  writeFileSync(labFiles.access(record.dir), '{}')
  const kept = keepEvidence(places(), record, { data: true })
  expect(readdirSync(path.join(kept, 'tls')).sort()).toEqual(['ca.crt', 'client.crt', 'node.crt'])
  expect(existsSync(labFiles.access(kept))).toBe(false)
})

test.each([false, true])('what opens the door of a lab is no evidence (with its data: %s)', (data) => {
  const record = makeLab(temp('mine'))
  writeFileSync(temp('mine', 'access.json'), 'geheim')
  writeFileSync(temp('mine', 'users.acl'), 'user bob on #geheim')
  for (const { port } of record.nodes) {
    const node = (name: string) => temp('mine', String(port), name)
    writeFileSync(node('users.acl'), 'user bob on #geheim')
    for (const name of ['redis.conf', 'redis.conf.previous'])
      writeFileSync(node(name), 'port 1\nrequirepass "geheim"\n')
  }
  const kept = keepEvidence(places(), record, { data })
  const files = readdirSync(kept, { recursive: true, encoding: 'utf8' }).filter((name) => !/^\d+$/.test(name))
  expect(files).toContain('6001/redis.conf')
  expect(readFileSync(path.join(kept, '6001', 'redis.conf'), 'utf8')).toBe('port 1\nrequirepass ***\n')
  const texts = files
    .filter((name) => !name.endsWith('appendonlydir'))
    .map((name) => readFileSync(path.join(kept, name), 'utf8'))
  expect(texts.join()).not.toContain('geheim')
})
