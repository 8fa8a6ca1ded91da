/** A --set of a directive that the release does not have: refused before anything of the lab is touched. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, inject, test } from 'vitest'
import { directivesOf } from '../../src/node/directives/history.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { idsOf, nodeOf, small } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
const build = inject('build')
/** One that the other engine alone has, so that it is refused whatever the build of these tests is. */
const foreign = build.engine === 'redis' ? 'extended-redis-compatibility yes' : 'lookahead 4'
const allowsDebug = directivesOf(build).includes('enable-debug-command')

afterEach(async () => {
  await scratch.run('down', '--purge')
})

test('a new lab is not begun: one sentence, a hint, exit 2, and nothing of it is there', async () => {
  const { code, stdout, stderr } = await scratch.run('up', ...small, '--set', foreign)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(new RegExp(`--set "${foreign}": .* ${build.version} does not have it; only .* has it, from`))
  expect(existsSync(path.join(scratch.places.state, 'labs', 'default'))).toBe(false)
  await expect.poll(() => scratch.processes(), { timeout: 30_000 }).toEqual([])
  expect(await scratch.json('ls')).toEqual([])
})

test('a slip of the pen is met with the name that was meant', async () => {
  const { code, stderr } = await scratch.run('up', ...small, '--set', 'maxmemroy 1mb')
  expect(code).toBe(2)
  expect(stderr).toContain('has a directive "maxmemroy"; did you mean maxmemory?')
})

test('the same in a config file', async () => {
  const file = path.join(scratch.dir, 'lab.json')
  writeFileSync(file, JSON.stringify({ set: [foreign] }))
  const { code, stderr } = await scratch.run('up', ...small, '--config', file)
  expect(code).toBe(2)
  expect(stderr).toContain(`"${foreign}"`)
})

test('a lab that is kept does not take it on, and is as it was', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  await scratch.json('down')
  const before = readdirSync(firstOf(lab).dir)
  const conf = readFileSync(path.join(firstOf(lab).dir, 'redis.conf'), 'utf8')

  expect(await scratch.run('up', '--set', foreign)).toMatchObject({ code: 2 })
  expect(readdirSync(firstOf(lab).dir)).toEqual(before)
  expect(readFileSync(path.join(firstOf(lab).dir, 'redis.conf'), 'utf8')).toBe(conf)

  const resumed = await scratch.json<LabStatus>('up')
  expect(idsOf(resumed)).toEqual(idsOf(lab))
})

test('DEBUG can be had in a lab of any release', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  const { port } = nodeOf(lab, 'm1')
  expect(await ask(port, 'DEBUG', 'SLEEP', '0')).toBe('OK')
  const conf = readFileSync(path.join(nodeOf(lab, 'm1').dir, 'redis.conf'), 'utf8')
  expect(conf.includes('enable-debug-command local')).toBe(allowsDebug)
})

const firstOf = ({ nodes: [first] }: LabStatus) => {
  if (!first) throw new Error('no node')
  return first
}
