import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { findLab, labNames, requireLab, requireRunning } from '../../../src/lab/index.js'
import { labEntry, labLock, labsDir } from '../../../src/paths.js'
import { writeRun } from '../../../src/supervisor/record-writer.js'
import { identify, type ProcessIdentity } from '../../../src/util/process-identity.js'
import { putLab, sampleRecord } from '../samples.js'
import { placesIn, thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()
const places = () => placesIn(temp())

/** A lab on disk whose supervisor, if it has one, is this process or who else is said. */
function makeLab(name: string, { dir = labEntry(places(), name), supervisor }: Made = {}): void {
  putLab(sampleRecord({ name, dir }))
  if (supervisor) writeRun(dir, { supervisor, socket: temp('socket'), formed: true, nodes: [] })
}
interface Made {
  readonly dir?: string
  readonly supervisor?: ProcessIdentity | undefined
}

function linkTo(name: string, target: string): void {
  mkdirSync(labsDir(places()), { recursive: true })
  symlinkSync(target, labEntry(places(), name))
}

test('there is no lab before one was made', () => {
  expect(findLab(places(), 'default')).toBeUndefined()
  expect(labNames(places())).toEqual([])
})

test('a lab without a run record is stopped', () => {
  makeLab('one')
  expect(findLab(places(), 'one')).toEqual({
    kind: 'stopped',
    record: sampleRecord({ name: 'one', dir: labEntry(places(), 'one') }),
  })
})

test('a lab whose supervisor lives is running', () => {
  makeLab('one', { supervisor: identify(process.pid) })
  expect(findLab(places(), 'one')?.kind).toBe('running')
})

test.each<[string, () => ProcessIdentity]>([
  ['has died', () => ({ pid: spawnSync('true').pid, startTime: 'boot:1' })],
  ['has a pid that is somebody else now', () => ({ pid: process.pid, startTime: 'boot:1' })],
])('a lab whose supervisor %s is orphaned', (_, supervisor) => {
  makeLab('one', { supervisor: supervisor() })
  expect(findLab(places(), 'one')?.kind).toBe('orphaned')
})

test('an entry that is a link leads to the folder, be it relative', () => {
  makeLab('one', { dir: temp('mine') })
  linkTo('one', temp('mine'))
  expect(findLab(places(), 'one')?.record.dir).toBe(temp('mine'))
  makeLab('two', { dir: temp('other') })
  linkTo('two', path.relative(labsDir(places()), temp('other')))
  expect(findLab(places(), 'two')?.record.dir).toBe(temp('other'))
})

test('a link to a folder that is gone, and a folder without a record, are no labs', () => {
  linkTo('gone', temp('nowhere'))
  mkdirSync(labEntry(places(), 'empty'))
  expect(findLab(places(), 'gone')).toBeUndefined()
  expect(findLab(places(), 'empty')).toBeUndefined()
})

test('a folder that was copied or moved is not taken for the lab that it was', async () => {
  const record = sampleRecord({ name: 'one', dir: labEntry(places(), 'one') })
  putLab(record)
  renameSync(labEntry(places(), 'one'), labEntry(places(), 'two'))
  expect(await thrownBy(() => findLab(places(), 'two'))).toMatchObject({
    code: 'lab-damaged',
    details: [`folder: ${labEntry(places(), 'two')}`, `made in: ${record.dir}`],
  })
})

test('a damaged record is said to be one', async () => {
  makeLab('one')
  writeFileSync(path.join(labEntry(places(), 'one'), 'lab.json'), '{')
  expect(await thrownBy(() => findLab(places(), 'one'))).toMatchObject({ code: 'lab-damaged' })
})

test('names come in alphabetical order, locks are not among them', () => {
  for (const name of ['two', 'one']) makeLab(name)
  writeFileSync(labLock(places(), 'one'), '')
  expect(labNames(places())).toEqual(['one', 'two'])
})

test('a lab that is not there is an error that says how to get one, or which there are', async () => {
  const missing = () => thrownBy(() => requireLab(places(), 'x'))
  expect(await missing()).toMatchObject({ code: 'lab-not-found', hint: 'Start it with: redis-lab up --name x' })
  makeLab('one')
  makeLab('two')
  expect(await missing()).toMatchObject({ message: 'there is no lab named "x"', hint: 'There is: one, two' })
})

test('a name that would lead out of the folder of labs is bad input', async () => {
  expect(await thrownBy(() => requireLab(places(), '../x'))).toMatchObject({ code: 'bad-input' })
})

test('a lab that has to run is told apart from one that does not', async () => {
  makeLab('up', { supervisor: identify(process.pid) })
  makeLab('left', { supervisor: { pid: process.pid, startTime: 'boot:1' } })
  expect(requireRunning(places(), 'left').kind).toBe('orphaned')
  makeLab('default')
  expect(requireRunning(places(), 'up').kind).toBe('running')
  expect(await thrownBy(() => requireRunning(places(), 'default'))).toMatchObject({
    code: 'lab-not-found',
    message: 'the lab "default" is not running',
    hint: 'Start it with: redis-lab up',
  })
})
