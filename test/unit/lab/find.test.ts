import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { findLab, labNames, requireLab, requireRunning } from '../../../src/lab/index.js'
import { labEntry, labLock, labsDir } from '../../../src/paths.js'
import { writeRun } from '../../../src/supervisor/record-writer.js'
import { identify, type ProcessIdentity } from '../../../src/util/process-identity.js'
import { putLab, sampleRecord } from '../samples.js'
import { inAnotherNamespace, placesIn, thrownBy, useTempDir } from '../support.js'

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

function far(): ProcessIdentity {
  const own = identify(process.pid)
  if (!own) throw new Error('this process cannot be identified')
  return { ...own, place: inAnotherNamespace() }
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

test.each<[string, () => ProcessIdentity, () => ProcessIdentity | null]>([
  ['its supervisor is of another pid namespace', far, () => null],
  ['its supervisor is gone, and a server may live in another one', () => ({ pid: 1, startTime: 'boot:1' }), far],
])('whether a lab runs is unknown where %s', (_, supervisor, server) => {
  makeLab('one')
  const nodes = [{ name: 'm1', process: server(), runId: null, stopped: false }]
  const run = { supervisor: supervisor(), socket: temp('socket'), formed: true, nodes }
  writeRun(labEntry(places(), 'one'), run)
  expect(findLab(places(), 'one')).toMatchObject({ kind: 'unknown', run })
})

test('a folder that holds nothing of a lab does not count as one', () => {
  mkdirSync(path.join(labEntry(places(), 'others'), '2024'), { recursive: true })
  writeFileSync(path.join(labEntry(places(), 'others'), 'notes.txt'), '')
  mkdirSync(labEntry(places(), 'empty'))
  expect(findLab(places(), 'others')).toBeUndefined()
  expect(findLab(places(), 'empty')).toBeUndefined()
})

/** Each is damaged, says where, and names a way out that deletes nothing of the user's. */
const entry = () => labEntry(places(), 'one')
const keep = () => temp('state', 'one.kept')
test.each<[string, () => void, string, () => string]>([
  [
    'a link to a folder that is gone',
    () => linkTo('one', temp('nowhere')),
    'the folder of the lab "one" is gone: ',
    () => `Put it back, or mount its disk. To forget the lab, delete the link to it: rm ${entry()}`,
  ],
  [
    'a link to itself',
    () => linkTo('one', entry()),
    'the folder of the lab "one" is gone: ',
    () => `Put it back, or mount its disk. To forget the lab, delete the link to it: rm ${entry()}`,
  ],
  [
    'a file',
    () => {
      mkdirSync(labsDir(places()), { recursive: true })
      writeFileSync(entry(), '')
    },
    'the folder of the lab "one" is not a folder: ',
    () => `Move it away: mv ${entry()} ${keep()}`,
  ],
  [
    'a folder with data and without lab.json',
    () => {
      mkdirSync(path.join(entry(), '6001'), { recursive: true })
      writeFileSync(path.join(entry(), '6001', 'nodes.conf'), '')
    },
    'the folder of the lab "one" has no lab.json: ',
    () => `Put lab.json back, or move the folder away, which keeps all data: mv ${entry()} ${keep()}`,
  ],
  [
    'a link to a folder without lab.json',
    () => {
      mkdirSync(temp('mine'))
      linkTo('one', temp('mine'))
    },
    'the folder of the lab "one" has no lab.json: ',
    () => `Put lab.json back, or move the link away, which keeps all data: mv ${entry()} ${keep()}`,
  ],
  [
    'a lab.json that is a folder',
    () => mkdirSync(path.join(entry(), 'lab.json'), { recursive: true }),
    'the record of this lab cannot be read',
    () =>
      `The data of the nodes is untouched. Repair lab.json, or move the lab away, which keeps all data: mv ${entry()} ${keep()}`,
  ],
])('%s is damage, with a way out that loses no data', async (_, make, message, hint) => {
  make()
  expect(await thrownBy(() => findLab(places(), 'one'))).toMatchObject({
    code: 'lab-damaged',
    message: expect.stringContaining(message) as string,
    hint: hint(),
  })
  expect(labNames(places())).toEqual(['one'])
})

test('what is moved away lands beside what was moved away before', async () => {
  linkTo('one', temp())
  mkdirSync(keep(), { recursive: true })
  expect(await thrownBy(() => findLab(places(), 'one'))).toMatchObject({
    hint: expect.stringMatching(/one\.kept-2$/) as string,
  })
})

test('the link to an ephemeral folder that is gone leads to nothing that could be lost', () => {
  linkTo('one', temp('redis-lab-one-0123456789ab'))
  expect(findLab(places(), 'one')).toBeUndefined()
})

test('a link whose folder is about to be made is not reported', () => {
  linkTo('one', temp('mine'))
  writeFileSync(labLock(places(), 'one'), JSON.stringify({ ...identify(process.ppid), command: 'up' }))
  expect(findLab(places(), 'one')).toBeUndefined()
})

test('a name that no lab can have is not a lab', () => {
  mkdirSync(path.join(labsDir(places()), 'lost+found'), { recursive: true })
  writeFileSync(path.join(labsDir(places()), 'notes.txt'), '')
  expect(labNames(places())).toEqual([])
})

test('a folder that was copied or moved is not taken for the lab that it was', async () => {
  const record = sampleRecord({ name: 'one', dir: labEntry(places(), 'one') })
  putLab(record)
  renameSync(labEntry(places(), 'one'), labEntry(places(), 'two'))
  expect(await thrownBy(() => findLab(places(), 'two'))).toMatchObject({
    code: 'lab-damaged',
    hint: `Move it back: mv ${labEntry(places(), 'two')} ${record.dir}`,
    details: [`folder: ${labEntry(places(), 'two')}`, `made in: ${record.dir}`],
  })
  putLab(record)
  expect(await thrownBy(() => findLab(places(), 'two'))).toMatchObject({
    hint: `Move the copy away: mv ${labEntry(places(), 'two')} ${temp('state', 'two.kept')}`,
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
