/** `up` with other options than the lab has: what is wrong is said first, and the commands that are printed do what they say. */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { directive } from '../support/ask.js'
import { nodeOf, pidsOf, small } from '../support/lab.js'
import { commandAfter, paste } from '../support/paste.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
const keeps = 'and keep its data: '
const status = () => scratch.json<LabStatus>('status')
const keyIn = async (...lab: string[]) => (await scratch.run('cli', ...lab, '--', 'get', 'kept')).stdout

let lab: LabStatus
beforeAll(async () => {
  lab = await scratch.json<LabStatus>('up', ...small)
  await scratch.run('cli', '--', 'set', 'kept', 'yes')
})
afterAll(async () => {
  await scratch.run('down', '--all', '--purge')
  for (const name of ['default-data']) await scratch.run('snapshot', 'rm', name)
})

const wrong: [args: string[], sentence: RegExp][] = [
  [['--set', 'maxmemmory 1mb'], /no version .* has a directive "maxmemmory"; did you mean maxmemory\?/],
  [['--set', 'hz 20', '--from', 'nosuch'], /there is no snapshot named "nosuch"/],
  [['--from', './nosuch'], /there is no snapshot in /],
  [['--redis', 'latst'], /unknown release "latst"[^]*Did you mean latest\?/],
  [['--redis', './nosuch'], /there is nothing at /],
  [['--redis-for', 'm1=latst'], /unknown release "latst"/],
  [['--module', './nosuch.so'], /--module .*nosuch\.so": there is no such file/],
  [['--acl', './nosuch.acl'], /--acl .*nosuch\.acl": there is no such file/],
  [['--redis-for', 'm4=8.0.6'], /--redis-for m4: the lab has no such node, only m1 to m3/],
]

async function expectRefused(args: readonly string[], sentence: RegExp): Promise<void> {
  const { code, stdout, stderr } = await scratch.run('up', ...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(sentence)
  expect(stderr).not.toMatch(/purge|different options/)
}

describe('while the lab runs', () => {
  test.each(wrong)('%j is refused for what is wrong with it', async (args, sentence) => {
    await expectRefused(args, sentence)
    expect(pidsOf(await status())).toEqual(pidsOf(lab))
  })

  test('values that resolve to what the lab has are no difference', async () => {
    const [first] = lab.nodes
    const { version, engine } = lab.redis
    const line = version.split('.').slice(0, 2).join('.')
    const prefix = engine === 'redis' ? '' : `${engine}@`
    for (const same of [
      ['--port', String(first?.port)],
      ['--port', 'auto'],
      ['--redis', `${prefix}${version}`],
      ['--redis', `${prefix}${line}`],
      ['--dir', path.join(scratch.places.state, 'labs', 'default')],
      ['--creator', lab.creator, '--masters', '3', '--replicas', '0'],
    ]) {
      const { code, stderr } = await scratch.run('up', ...same)
      expect(code, stderr).toBe(0)
    }
    expect(pidsOf(await status())).toEqual(pidsOf(lab))
  })

  test('the printed loop sets a directive at runtime', async () => {
    const { stderr } = await scratch.run('up', '--set', 'maxmemory 70mb')
    const { code } = await paste(scratch, commandAfter('at runtime: ', stderr))
    expect(code).toBe(0)
    for (const { port } of lab.nodes) expect(await directive(port, 'maxmemory')).toBe(String(70 * 1024 * 1024))
    expect(pidsOf(await status())).toEqual(pidsOf(lab))
  })

  test('the printed commands apply directives, and the key is still there', async () => {
    const { code, stderr } = await scratch.run('up', '--set', 'maxmemory 50mb', '--set', 'save "60 1"', '--no-restart')
    expect(code).toBe(2)
    expect(stderr).toContain('--set: the lab has none, you asked for "maxmemory 50mb"')
    expect(stderr).not.toContain('purge')
    const pasted = await paste(scratch, commandAfter(keeps, stderr))
    expect(pasted.code, pasted.stderr).toBe(0)
    lab = await status()
    expect(lab).toMatchObject({ state: 'running', ready: { level: 'full' } })
    for (const { port } of lab.nodes) expect(await directive(port, 'maxmemory')).toBe(String(50 * 1024 * 1024))
    expect(await keyIn()).toBe('yes\n')
    const again = await scratch.run('up', '--no-restart', '--set', 'save "60 1"', '--set', 'maxmemory 52428800')
    expect(again.code, 'the same in another order and spelling').toBe(0)
    expect(pidsOf(await status())).toEqual(pidsOf(lab))
  })

  test('the printed commands make another lab with a copy of the data, and leave this one alone', async () => {
    const { code, stderr } = await scratch.run('up', '--password', 'secret word')
    expect(code).toBe(2)
    expect(stderr).toContain('--password: the lab has none (only in a new lab)')
    expect(stderr).not.toContain('secret word')
    const pasted = await paste(scratch, commandAfter('a copy of its data: ', stderr), 'secret word\n')
    expect(pasted.code, pasted.stderr).toBe(0)
    expect(pidsOf(await status())).toEqual(pidsOf(lab))
    expect(await keyIn()).toBe('yes\n')
    const other = await scratch.json<LabStatus>('status', '--name', 'default-2')
    expect(other).toMatchObject({ auth: 'password', ready: { level: 'full' } })
    expect(await keyIn('--name', 'default-2')).toBe('yes\n')
    expect(await directive(nodeOf(lab, 'm1').port, 'maxmemory'), 'the lab itself').toBe(String(50 * 1024 * 1024))
  })

  test('deleting is the last resort, and says so', async () => {
    const { code, stderr } = await scratch.run('up', '--replicas', '1')
    expect(code).toBe(2)
    const [hint = '', last = ''] = stderr.trimEnd().split('\n').slice(-2)
    expect(hint).toMatch(/^Start another lab beside it: redis-lab up --name default-3 --replicas 1 --port auto$/)
    expect(last).toBe(
      'Last resort, which deletes the data of "default": redis-lab down --purge && redis-lab up --replicas 1',
    )
  })
})

describe('while the lab is stopped', () => {
  beforeAll(async () => {
    await scratch.json('down')
  })

  test.each(wrong)('%j is refused for what is wrong with it', async (args, sentence) => {
    await expectRefused(args, sentence)
    expect(await status()).toMatchObject({ state: 'stopped' })
  })

  test('other directives are applied, and the key is still there', async () => {
    expect((await scratch.run('up', '--set', 'maxmemory 60mb')).code).toBe(0)
    expect(await keyIn()).toBe('yes\n')
  })
})

test.each(wrong)('%j is refused where there is no such lab', async (args, sentence) => {
  const port = ['--port', 'auto', '--replicas', '0', '--name', 'absent']
  await expectRefused([...port, ...args], sentence)
  expect(existsSync(path.join(scratch.places.state, 'labs', 'absent'))).toBe(false)
})

test('a snapshot of that name is asked for, wherever its folder is', async () => {
  const from = path.join(scratch.places.state, 'snapshots', 'default-data')
  expect((await scratch.run('up', '--name', 'seeded', '--port', 'auto', '--from', 'default-data')).code).toBe(0)
  const { code, stderr } = await scratch.run('up', '--name', 'seeded', '--from', from)
  expect(code, stderr).toBe(0)
})

test('an ACL file that cannot be read is refused while the lab runs', async () => {
  const file = path.join(scratch.dir, 'bad.acl')
  writeFileSync(file, 'nonsense\n')
  await expectRefused(['--acl', file], /--acl .*bad\.acl": /)
})
