/** With --json a command is for programs: one document on stdout, and nothing on stderr as long as all is well. */
import { existsSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { isRunning, pidsOf, small } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')

/** The document, after the proof that it is all there is. */
async function document<Value>(...args: string[]): Promise<Value> {
  const { code, stdout, stderr } = await scratch.run(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Value
}

let lab: LabStatus

test('up --json prints the status of the lab, whether it started it or found it', async () => {
  lab = await document('up', '--ephemeral', ...small)
  expect(lab).toMatchObject({
    name: 'default',
    state: 'running',
    ephemeral: true,
    ready: { level: 'full', reasons: [] },
  })
  expect(await document('up')).toEqual(lab)
  expect(await document('status')).toEqual(lab)
})

test('an ephemeral lab lives in the folder for temporary files', () => {
  expect(lab.dir.startsWith(`${scratch.env['TMPDIR']}/`)).toBe(true)
  expect(existsSync(lab.dir)).toBe(true)
})

test('ls --json lists the labs', async () => {
  expect(await document('ls')).toEqual([
    {
      name: 'default',
      state: 'running',
      ports: lab.nodes.map((node) => node.port),
      redis: `${lab.redis.engine} ${lab.redis.version}`,
      dir: lab.dir,
      ephemeral: true,
      problem: null,
    },
  ])
})

test('install --json prints the build', async () => {
  expect(await document('install')).toMatchObject(lab.redis)
})

test('an error is a document too, and is told on stderr as well', async () => {
  const { code, stdout, stderr } = await scratch.run('up', '--masters', '5', '--json')
  expect(code).toBe(2)
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'lab-differs',
      message: 'the lab "default" is running with different options',
      hint: expect.stringContaining('Start another lab beside it: ') as string,
      details: ['--masters: the lab has 3, you asked for 5 (only in a new lab)'],
    },
  })
  expect(stderr).toContain('redis-lab: the lab "default" is running with different options')
})

test('down --json says what there was; an ephemeral lab takes its folder along', async () => {
  expect(await document('down')).toEqual({ name: 'default', was: 'running', dir: lab.dir, purged: true, remains: [] })
  expect(pidsOf(lab).filter(isRunning)).toEqual([])
  expect(readdirSync(String(scratch.env['TMPDIR']))).toEqual([])
  expect(await document('down')).toEqual({ name: 'default', was: 'absent', dir: null, purged: false, remains: [] })
  expect(await document('down', '--all')).toEqual({ labs: [] })
  expect(await document('ls')).toEqual([])
})

test('doctor --json lists what it checked, each with a verdict and with what to do where something is to be done', async () => {
  // An address where nobody answers: whether this machine reaches the real one is not what this is about.
  scratch.env['REDIS_LAB_MIRROR'] = 'http://127.0.0.1:1'
  const { code, stdout, stderr } = await scratch.run('doctor', '--json')
  expect(stderr).toBe('')
  const findings = JSON.parse(stdout) as { check: string; verdict: string; found: string; advice: string | null }[]
  expect(findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['node', 'make', 'C compiler', 'cache', 'state', 'ports', 'download']),
  )
  expect(findings.find(({ check }) => check === 'node')).toMatchObject({ verdict: 'ok', advice: null })
  expect(findings.find(({ check }) => check === 'download')).toMatchObject({
    verdict: 'note',
    found: expect.stringContaining('127.0.0.1:1') as string,
    advice: expect.any(String) as string,
  })
  expect(findings.filter(({ verdict, advice }) => (verdict === 'ok') !== (advice === null))).toEqual([])
  expect(code).toBe(findings.some(({ verdict }) => verdict === 'missing') ? 1 : 0)
})
