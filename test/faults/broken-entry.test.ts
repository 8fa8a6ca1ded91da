/** What stands in labs/ is not a lab that can be used: every command says so in the same words, and its hint loses no data. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { connectLab, startLab } from '../../src/index.js'
import { labEntry, labFiles, labsDir } from '../../src/paths.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { small } from '../support/lab.js'
import { useLibraryEnvironment } from '../support/library.js'
import { outcomeOf, useScratch } from '../support/scratch.js'

const scratch = useScratch()
useLibraryEnvironment(scratch)

const entry = () => labEntry(scratch.places, 'default')
const mine = () => path.join(scratch.dir, 'mine')
const kept = () => path.join(scratch.dir, 'state', 'default.kept')

/** A lab in a folder of its own with a key in it, which is down. */
async function keptLab(): Promise<LabStatus> {
  const lab = await scratch.json<LabStatus>('up', ...small, '--dir', mine())
  await scratch.run('cli', '--', 'set', 'kept', 'yes')
  await scratch.json('down')
  return lab
}

/** Every way to the lab fails in the same way, but for `ls`, which lists it as failed. */
async function expectRefused(message: string, hint: RegExp): Promise<string> {
  const commands = [
    ['status'],
    ['up', ...small],
    ['logs'],
    ['cli'],
    ['reset'],
    ['wait'],
    ['stop', 'm1'],
    ['down'],
    ['snapshot', 'save'],
  ]
  for (const command of commands) {
    const { code, stdout, stderr } = await scratch.run(...command)
    expect({ code, stdout }, command.join(' ')).toEqual({ code: 1, stdout: '' })
    expect(stderr, command.join(' ')).toMatch(`redis-lab: ${message}\n`)
    expect(stderr, command.join(' ')).toMatch(hint)
  }
  const failure = { code: 'lab-damaged', message }
  await expect(connectLab('default')).rejects.toMatchObject(failure)
  await expect(startLab({ name: 'default', replicas: 0 })).rejects.toMatchObject(failure)
  expect(await scratch.json('ls')).toMatchObject([{ name: 'default', state: 'failed', problem: message }])
  return hint.exec((await scratch.run('status')).stderr)?.[1] ?? ''
}

async function paste(command: string): Promise<void> {
  expect(await outcomeOf(scratch.startProgram('sh', ['-c', command]))).toMatchObject({ code: 0 })
}

test('a lab whose folder is gone is found again when the folder is put back, and forgotten by the hint', async () => {
  const { dir } = await keptLab()
  renameSync(dir, `${dir}-away`)
  const message = `the folder of the lab "default" is gone: ${dir}`
  const hint = await expectRefused(message, /^Put it back, or mount its disk\. To forget the lab.*: (rm .*)$/m)
  renameSync(`${dir}-away`, dir)
  await scratch.json('up')
  expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
  await scratch.json('down')

  renameSync(dir, `${dir}-away`)
  await paste(hint)
  expect(await scratch.json('ls')).toEqual([])
  renameSync(`${dir}-away`, dir)
  const { code, stderr } = await scratch.run('up', ...small, '--dir', dir)
  expect(code).toBe(2)
  await paste(/^It holds the lab "default".*: (ln -s .*)$/m.exec(stderr)?.[1] ?? '')
  await scratch.json('up')
  expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
  await scratch.json('down', '--purge')
})

test.each([
  ['prune', ['prune'], 'Lab "default" was dead and is deleted.\n'],
  ['down --purge', ['down', '--purge'], /^Lab "default" is forgotten: its folder was gone already \(.*mine\)\.$/m],
])('%s forgets a lab whose folder is gone, also where its link is relative', async (_, command, said) => {
  mkdirSync(labsDir(scratch.places), { recursive: true })
  symlinkSync(path.relative(labsDir(scratch.places), mine()), entry())
  const { code, stdout } = await scratch.run(...command)
  expect(code).toBe(0)
  expect(stdout).toMatch(said)
  expect(readdirSync(labsDir(scratch.places))).toEqual([])
  expect(await scratch.json('ls')).toEqual([])
})

test('a file in the place of a folder is moved away by the hint, and neither pruned nor purged', async () => {
  mkdirSync(labsDir(scratch.places), { recursive: true })
  writeFileSync(entry(), 'mine')
  const message = `the folder of the lab "default" is not a folder: ${entry()}`
  const hint = await expectRefused(message, /^Move it away: (mv .*)$/m)
  expect(await scratch.run('down', '--purge')).toMatchObject({ code: 1 })
  const pruned = await scratch.run('prune')
  expect(pruned).toMatchObject({
    code: 1,
    stdout: expect.stringContaining(`Not cleared: default: ${message}`) as string,
  })
  await paste(hint)
  expect(await scratch.json('ls')).toEqual([])
  expect(readFileSync(kept(), 'utf8')).toBe('mine')
})

test('a folder that lost its lab.json is moved away by the hint with all data, and neither pruned nor purged', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  await scratch.json('down')
  const record = labFiles.record(lab.dir)
  const text = readFileSync(record)
  rmSync(record)
  const message = `the folder of the lab "default" has no lab.json: ${lab.dir}`
  const hint = await expectRefused(message, /^Put lab.json back, or move the folder away.*: (mv .*)$/m)
  expect(await scratch.run('down', '--purge')).toMatchObject({ code: 1 })
  expect(await scratch.run('prune')).toMatchObject({ code: 1 })
  await paste(hint)
  expect(await scratch.json('ls')).toEqual([])
  for (const { port } of lab.nodes) expect(existsSync(path.join(kept(), String(port), 'nodes.conf'))).toBe(true)

  renameSync(kept(), lab.dir)
  writeFileSync(record, text)
  expect(await scratch.json('up')).toMatchObject({ name: 'default' })
  await scratch.json('down', '--purge')
})

test('a folder that was moved is moved back by the hint', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  await scratch.json('down')
  renameSync(lab.dir, labEntry(scratch.places, 'moved'))
  const { code, stderr } = await scratch.run('up', '--name', 'moved')
  expect(code).toBe(1)
  await paste(/^Move it back: (mv .*)$/m.exec(stderr)?.[1] ?? '')
  await scratch.json('up')
  await scratch.json('down', '--purge')
})

test('files of others outlive a purge, are told of, and are in the way of no command', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  const notes = path.join(lab.dir, 'notes.txt')
  writeFileSync(notes, 'mine')
  const { code, stdout } = await scratch.run('down', '--purge')
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `Lab "default" is down, and its data is deleted. ${lab.dir} stays, because it holds files of others: notes.txt\n`,
  })
  expect(await scratch.json('ls')).toEqual([])
  expect((await scratch.run('status')).stderr).toMatch(/^redis-lab: there is no lab named "default"$/m)
  expect((await scratch.run('down', '--purge')).stdout).toMatch(/^There is no lab named "default"/)
  expect(await scratch.run('prune')).toMatchObject({ code: 0, stdout: 'Nothing was dead.\n' })

  const elsewhere = await scratch.run('up', ...small, '--dir', mine())
  expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('holds files of others') as string })
  await scratch.json('up', ...small)
  await scratch.json('down', '--purge')
  expect(readFileSync(notes, 'utf8')).toBe('mine')
  rmSync(lab.dir, { recursive: true })
})
