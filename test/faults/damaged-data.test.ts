/** Files of a node are damaged while its lab is down. */
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { nodeFiles } from '../../src/paths.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { idsOf, nodeOf, small } from '../support/lab.js'
import { bin, useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
const keys = Array.from({ length: 60 }, (_, n) => `key${n}`)
let lab: LabStatus
let kept: string

beforeAll(async () => {
  lab = await scratch.json<LabStatus>('up', ...small)
  // Each key is taken by the one node that owns its slot.
  for (const { port } of lab.nodes) await Promise.allSettled(keys.map((key) => ask(port, 'SET', key, 'value')))
  await scratch.json('down')
  kept = path.join(scratch.dir, 'kept')
  cpSync(lab.dir, kept, { recursive: true })
})
afterAll(async () => {
  await scratch.json('down', '--purge')
})
// Each test hurts the same lab, as it was.
beforeEach(() => {
  rmSync(lab.dir, { recursive: true })
  cpSync(kept, lab.dir, { recursive: true })
})
afterEach(async () => {
  await scratch.run('down')
})

const folder = (name: string) => lab.nodes.find((node) => node.name === name)?.dir ?? ''

/** The file that writes are added to. */
function logOf(dir: string): string {
  const logs = path.join(dir, 'appendonlydir')
  const file = readdirSync(logs).find((name) => name.endsWith('.incr.aof'))
  return path.join(logs, file ?? '')
}

/** Runs a command that was printed, word for word. */
const paste = (command: string) =>
  execFileSync('sh', ['-c', command.replaceAll('redis-lab ', `'${process.execPath}' '${bin}' `)], {
    env: scratch.env,
    cwd: scratch.dir,
    stdio: 'pipe',
  })

const sizes = async () => Promise.all(lab.nodes.map(({ port }) => ask(port, 'DBSIZE').then(Number)))

/** Data that is not what it was is told before anything starts. */
async function expectMissing(name: string, reason: RegExp): Promise<void> {
  const { code, stderr } = await scratch.run('up')
  expect(code).toBe(1)
  expect(stderr).toContain('redis-lab: data that this lab held when it went down is missing')
  expect(stderr).toMatch(new RegExp(`^  ${name} held \\d+ keys$`, 'm'))
  expect(stderr).toMatch(reason)
  expect(stderr).toMatch(/start with what is left: redis-lab up --accept-data-loss$/m)
  expect(scratch.processes()).toEqual([])
}

/** What a failed start leaves: nothing that runs, and everybody else's data. */
async function expectRefused(name: string, reason: RegExp, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await scratch.run('up', ...args)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  const { port, dir, log } = lab.nodes.find((node) => node.name === name) ?? lab.nodes[0]!
  expect(stderr).toMatch(new RegExp(`^redis-lab: ${name} \\(port ${port}\\) did not start: .*`, 'm'))
  expect(stderr).toMatch(reason)
  expect(stderr).toContain(`log: ${log}`)
  expect(stderr).toContain(`command: ${lab.redis.server} ${nodeFiles.conf(dir)}`)
  expect(scratch.processes()).toEqual([])
  const now = await scratch.json<LabStatus>('status')
  expect(now.state).toBe('stopped')
  expect(now.nodes.map(({ role }) => role)).toEqual(['master', 'master', 'master'])
  return stderr
}

test('a damaged nodes.conf is told in the words of Redis, and a copy of it brings the lab back', async () => {
  const file = nodeFiles.nodes(folder('m2'))
  const text = readFileSync(file)
  writeFileSync(file, text.subarray(0, 70))
  const stderr = await expectRefused('m2', /Unrecoverable error: corrupted cluster config file/)
  const command = /^Its nodes.conf is damaged. Put a copy back, or .*: (mv .*)$/m.exec(stderr)?.[1] ?? ''
  expect(readFileSync(file)).toEqual(text.subarray(0, 70))

  paste(command)
  expect((await sizes()).reduce((sum, one) => sum + one)).toBe(keys.length)
  await scratch.json('down')
  writeFileSync(file, text)
  const after = await scratch.json<LabStatus>('up')
  expect(idsOf(after)).toEqual(idsOf(lab))
  expect((await sizes()).reduce((sum, one) => sum + one)).toBe(keys.length)
})

test('an append-only file damaged in the middle is refused, and the hint repairs it as far as it goes', async () => {
  const file = logOf(folder('m2'))
  const text = readFileSync(file)
  const at = text.indexOf('*3\r\n', text.length / 2)
  const damaged = Buffer.concat([text.subarray(0, at), Buffer.from('XXXX'), text.subarray(at + 4)])
  writeFileSync(file, damaged)
  await expectMissing('m2', /m2: appendonlydir\/.*\.incr\.aof has other content than it had/)
  const stderr = await expectRefused('m2', /Bad file format reading the append only file/, '--accept-data-loss')
  expect(readFileSync(file)).toEqual(damaged)

  const command = /^Its append-only file is damaged\. .*: (bash -c .*)$/m.exec(stderr)?.[1] ?? ''
  execFileSync('sh', ['-c', command], { input: 'y\n' })
  const after = await scratch.json<LabStatus>('up', '--accept-data-loss')
  expect(idsOf(after)).toEqual(idsOf(lab))
  const [first, second, third] = await sizes()
  expect(Number(second)).toBeGreaterThan(0)
  expect(Number(first) + Number(second) + Number(third)).toBeLessThan(keys.length)
})

test('an append-only file that was cut off at its end loses its last write and nothing else', async () => {
  const file = logOf(folder('m1'))
  truncateSync(file, readFileSync(file).length - 3)
  await expectMissing('m1', /\.incr\.aof is 3 bytes shorter than it was/)
  const after = await scratch.json<LabStatus>('up', '--accept-data-loss')
  expect(idsOf(after)).toEqual(idsOf(lab))
  expect((await sizes()).reduce((sum, one) => sum + one)).toBe(keys.length - 1)
  expect(readFileSync(nodeOf(after, 'm1').log, 'utf8')).toMatch(/Truncating the AOF/)
})

test.each([
  ['manifest', /AOF MANIFEST FILE ERROR/],
  ['base.rdb', /reading the append only file/],
])('a damaged %s is told in the words of Redis, with what can be done', async (ending, reason) => {
  const logs = path.join(folder('m3'), 'appendonlydir')
  const name = readdirSync(logs).find((one) => one.endsWith(ending)) ?? ''
  writeFileSync(path.join(logs, name), 'garbage\n')
  await expectMissing('m3', /shorter than it was|is missing/)
  const stderr = await expectRefused('m3', reason, '--accept-data-loss')
  const command = /^Its data is damaged. Put a copy of its folder back, or start it without: (mv .*)$/m.exec(
    stderr,
  )?.[1]
  paste(command ?? '')
  const [first, second, third] = await sizes()
  expect(Number(first) + Number(second)).toBeGreaterThan(0)
  expect(third).toBe(0)
})

test('a part of the data that is missing is told in the words of Redis, with what can be done', async () => {
  rmSync(logOf(folder('m3')))
  await expectMissing('m3', /m3: appendonlydir\/.*\.incr\.aof is missing/)
  const stderr = await expectRefused('m3', /AOF file appendonly\.aof\.\d+\.incr\.aof/, '--accept-data-loss')
  expect(stderr).toMatch(/^Its data is damaged. Put a copy of its folder back/m)
})
