import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readLab, readRun, removeRun, type RunRecord } from '../../../src/supervisor/index.js'
import { writeRun } from '../../../src/supervisor/record-writer.js'
import { putLab, sampleRecord } from '../samples.js'
import { thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()
const file = () => temp('lab', 'lab.json')
const record = () => sampleRecord({ dir: temp('lab') })
const run: RunRecord = {
  supervisor: { pid: 10, startTime: 'boot:1' },
  socket: '/run/x.sock',
  formed: true,
  nodes: [
    { name: 'm1', process: { pid: 11, startTime: 'boot:2' }, runId: 'a'.repeat(40), stopped: false },
    { name: 'm2', process: null, runId: null, stopped: true },
  ],
}

test('the record of a lab comes back as it was written', () => {
  putLab(record())
  expect(readLab(temp('lab'))).toEqual(record())
})

test('directives and times come back as they were resolved, and a node without an id without one', () => {
  const { spec, nodes } = record()
  const changed = {
    ...record(),
    spec: { ...spec, set: [{ name: 'save', value: '1 2' }], timeout: 1234, port: 'auto' as const, dir: temp('lab') },
    nodes: nodes.map((node) => ({ ...node, id: null })),
  }
  putLab(changed)
  expect(readLab(temp('lab'))).toEqual(changed)
})

test('where there is no record there is no lab', () => {
  expect(readLab(temp('lab'))).toBeUndefined()
  writeFileSync(temp('file'), '')
  expect(readLab(temp('file'))).toBeUndefined()
})

const wrong = (change: object) => () => JSON.stringify({ ...record(), ...change })
test.each<[string, () => string]>([
  ['is cut short', () => JSON.stringify(record()).slice(0, -100)],
  ['is empty', () => ''],
  ['is not JSON', () => 'port 6001'],
  ['is other JSON', () => '[]'],
  ['is of another format', wrong({ format: 2 })],
  ['has a name that leads out of its folder', wrong({ name: '../x' })],
  ['has nodes without ports', wrong({ nodes: [{ name: 'm1' }] })],
  ['has slots that are none', wrong({ nodes: [{ ...sampleRecord().nodes[0], slots: [0, 16384] }] })],
])('a record that %s is damaged, and the error names the file', async (_, text) => {
  mkdirSync(temp('lab'))
  writeFileSync(file(), text())
  const error = await thrownBy(() => readLab(temp('lab')))
  expect(error).toMatchObject({ code: 'lab-damaged' })
  expect((error as { details: string[] }).details[0]).toBe(`file: ${file()}`)
})

test('a record that cannot be read is damaged, not absent', async () => {
  mkdirSync(file(), { recursive: true })
  expect(await thrownBy(() => readLab(temp('lab')))).toMatchObject({ code: 'lab-damaged' })
})

test('what runs is for the eyes of its owner, and gone when nothing runs', () => {
  mkdirSync(temp('lab'))
  writeRun(temp('lab'), run)
  expect(readRun(temp('lab'))).toEqual(run)
  expect(statSync(temp('lab', 'run.json')).mode & 0o777).toBe(0o600)
  removeRun(temp('lab'))
  removeRun(temp('lab'))
  expect(existsSync(temp('lab', 'run.json'))).toBe(false)
  expect(readRun(temp('lab'))).toBeUndefined()
})

test('a run record with a pid that could be a whole group is damaged', async () => {
  mkdirSync(temp('lab'))
  writeRun(temp('lab'), { ...run, supervisor: { pid: -1, startTime: 'x' } })
  expect(await thrownBy(() => readRun(temp('lab')))).toMatchObject({ code: 'lab-damaged' })
})

test('a record is JSON that a person can read', () => {
  putLab(record())
  expect(readFileSync(file(), 'utf8')).toMatch(/^\{\n {2}"format": 1,\n/)
})
