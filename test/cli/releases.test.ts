/** redis-lab versions, redis-lab cache and labs that were made with the newest of a line, on a cache of their own. */
import { cpSync, existsSync, rmSync, statSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, inject, test as anyTest } from 'vitest'
import { compareVersions, defaultVersion, lineOf, releaseLines } from '../../src/release/index.js'
import { entryDir, writeManifest } from '../../src/release/entry.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import type { BuildRow, LineRow } from '../../src/view/index.js'
import { isRunning, pidsOf, small } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

interface Listed {
  readonly dir: string
  readonly sizeBytes: number
  readonly builds: readonly BuildRow[]
  readonly problems: readonly string[]
}

const scratch = useScratch()
const real = inject('build')
/** Lines are of what can be had by its version, and that is Redis alone. */
const test = anyTest.skipIf(real.engine !== 'redis')
const line = lineOf(real.version)
let newest = ''
let key = ''

/** The build that all tests share, as if it was the newest official release of its line. */
beforeEach(async () => {
  newest = (await releaseLines()).find((one) => one.line === line)?.newest ?? ''
  key = `redis-${newest}-libc`
  const cache = path.join(scratch.dir, 'cache')
  scratch.env['REDIS_LAB_CACHE'] = cache
  delete scratch.env['REDIS_LAB_REDIS']
  const bin = path.join(entryDir(cache, key), 'bin')
  for (const program of [real.server, real.cli])
    cpSync(program, path.join(bin, path.basename(program)), { preserveTimestamps: true })
  const [server, cli] = [real.server, real.cli].map((program) => path.join(bin, path.basename(program)))
  if (server === undefined || cli === undefined) throw new Error('no programs')
  writeManifest(cache, key, { ...real, version: newest, source: `official release ${newest}`, server, cli })
})

const listed = () => scratch.json<Listed>('cache', 'ls')
const shelfOf = (name: string) => entryDir(scratch.env['REDIS_LAB_CACHE'] ?? '', name)
const age = (days: number) => {
  const then = new Date(Date.now() - days * 86_400_000)
  utimesSync(path.join(shelfOf(key), 'manifest.json'), then, then)
}

test('a lab that was made with a line is the same one when that line is asked for again', async () => {
  const first = await scratch.run('up', ...small, '--redis', line)
  expect(first.code, first.stderr).toBe(0)
  expect(first.stderr).toContain(
    `redis ${newest} (official release ${newest}), the newest ${line} that is known, is ready`,
  )
  const lab = await scratch.json<LabStatus>('status')
  expect(lab.redis).toMatchObject({ version: newest })
  expect(await scratch.json<LabStatus>('up', '--redis', line)).toEqual(lab)
  const other = await scratch.run('up', '--redis', 'latest')
  expect(other).toMatchObject({ code: 2, stdout: '' })
  expect(other.stderr).toContain(`--redis: the lab has redis ${newest}, you asked for latest`)

  await scratch.json('down')
  const resumed = await scratch.json<LabStatus>('up', '--redis', line)
  expect(resumed.redis).toEqual(lab.redis)
  await scratch.json('down', '--purge')
})

test('a build is kept for as long as a lab runs on it, and a lab that is down is said to want it', async () => {
  await scratch.json<LabStatus>('up', ...small, '--redis', line)
  const lab = await scratch.json<LabStatus>('status')
  const { builds, sizeBytes } = await listed()
  expect(builds).toMatchObject([{ key, version: newest, usedBy: [{ name: 'default', running: true }] }])
  expect(builds[0]?.pids).toEqual(expect.arrayContaining(lab.nodes.map(({ pid }) => pid)))
  expect(sizeBytes).toBeGreaterThan(statSync(real.server).size)

  const refused = await scratch.run('cache', 'rm', key)
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toMatch(/is used by a lab that is running: default\nTake it down first: redis-lab down\n$/)
  expect(await scratch.json('cache', 'prune', '--older-than', '0s')).toMatchObject({ removed: [] })
  expect(pidsOf(lab).filter(isRunning)).toEqual(pidsOf(lab))

  await scratch.json('down')
  expect((await listed()).builds).toMatchObject([{ usedBy: [{ name: 'default', running: false }], pids: [] }])
  expect(await scratch.json('cache', 'prune', '--older-than', '0s')).toMatchObject({ removed: [] })
  expect(await scratch.json('cache', 'rm', key)).toMatchObject({ removed: [{ key }], kept: ['default'] })
  expect(existsSync(shelfOf(key))).toBe(false)
  await scratch.json('down', '--purge')
})

test('servers of a lab that is out of sight hold their build too', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small, '--redis', line)
  const state = scratch.env['REDIS_LAB_STATE'] ?? ''
  scratch.env['REDIS_LAB_STATE'] = path.join(scratch.dir, 'state', 'other')
  const refused = await scratch.run('cache', 'rm', key)
  scratch.env['REDIS_LAB_STATE'] = state
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain(String(lab.nodes[0]?.pid))
  expect(existsSync(shelfOf(key))).toBe(true)
  await scratch.json('down', '--purge')
})

test('prune removes what no lab needs once it is old, and nothing sooner', async () => {
  age(29)
  expect((await scratch.run('cache', 'prune')).stdout).toBe('Nothing was old and unused.\n')
  age(31)
  expect((await scratch.run('cache', 'prune')).stdout).toBe(`The build ${key} is removed.\n`)
  expect((await listed()).builds).toEqual([])
  expect((await scratch.run('cache', 'ls')).stdout).toMatch(/^There are no builds in /)
})

test('a lab whose record cannot be read may need any build', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small, '--redis', line)
  await scratch.json('down')
  const record = path.join(lab.dir, 'lab.json')
  const whole = path.join(scratch.dir, 'lab.json')
  cpSync(record, whole)
  cpSync(path.join(shelfOf(key), 'manifest.json'), record)
  const { code, stdout } = await scratch.run('cache', 'prune', '--older-than', '0s')
  expect(code).toBe(1)
  expect(stdout).toMatch(/^No build is removed, .*: default: the record of this lab cannot be read\n$/)
  expect((await listed()).problems).toHaveLength(1)
  cpSync(whole, record)
  await scratch.json('down', '--purge')
})

test('a use is the time of the last use', async () => {
  age(40)
  const before = (await listed()).builds[0]?.lastUsed ?? ''
  await scratch.json('install', line)
  const after = (await listed()).builds[0]?.lastUsed ?? ''
  expect(Date.parse(after) - Date.parse(before)).toBeGreaterThan(39 * 86_400_000)
})

test('versions says what is known, what is built and what forms instantly', async () => {
  const all = await scratch.json<{ default: string; lines: LineRow[]; built: { key: string }[] }>('versions')
  expect(all.default).toBe(defaultVersion)
  expect(all.built).toMatchObject([{ key, engine: 'redis', version: newest }])
  const own = all.lines.find((one) => one.engine === 'redis' && one.line === line)
  expect(own).toMatchObject({ newest, instant: true, built: [newest] })
  expect([...(own?.versions ?? [])].sort(compareVersions).at(-1)).toBe(newest)
  const valkey = all.lines.find((one) => one.engine === 'valkey' && one.line === '7.2')
  expect(valkey).toMatchObject({ instant: true, built: [] })
  expect(valkey?.versions).toContain(valkey?.newest)

  const { stdout } = await scratch.run('versions')
  expect(stdout).toMatch(/^ENGINE +LINE +NEWEST/)
  expect(stdout).toContain(`Without --redis it is ${defaultVersion}.`)
  rmSync(shelfOf(key), { recursive: true })
  expect((await scratch.json<{ built: unknown[] }>('versions')).built).toEqual([])
})

test.each([
  [['cache', 'lz'], /^redis-lab: there is no "cache lz"\nDid you mean ls\?\n$/],
  [['cache', 'everything'], /^redis-lab: there is no "cache everything"\nredis-lab cache ls, redis-lab cache rm KEY/],
  [['cache'], /^redis-lab: missing required argument 'action'\n/],
  [['cache', 'rm'], /^redis-lab: "cache rm" takes the keys of builds\n/],
  [['cache', 'rm', 'nothing-like-it'], /^redis-lab: there is no build "nothing-like-it" in the cache\n/],
  [['cache', 'ls', 'x'], /^redis-lab: "cache ls" takes no key\n/],
  [['cache', 'prune', 'x'], /^redis-lab: "cache prune" takes no key\nTo remove one: redis-lab cache rm x\n$/],
  [['cache', 'ls', '--older-than', '3d'], /^redis-lab: "cache ls" takes no --older-than\n/],
  [['cache', 'prune', '--older-than', '3'], /^redis-lab: --older-than takes a time such as 30d or 12h, not "3"\n/],
  [['up', '--redis', 'https://a.test/x.tar.gz'], /^redis-lab: --redis with an address needs --sha256/],
  [['install', 'https://a.test/x.tar.gz'], /^redis-lab: --redis with an address needs --sha256/],
  [['up', '--redis', '8.0.6', '--sha256', '0'.repeat(64)], /^redis-lab: --sha256 belongs to an address in --redis/],
  [
    ['install', 'latest', '--sha256', 'abc'],
    /^redis-lab: --sha256 takes the 64 hexadecimal digits of a sha256, not "abc"\n/,
  ],
  [['install', 'valkey@9.1.99'], /^redis-lab: Valkey 9\.1\.99 is not among the releases .*\nNear it: valkey@9\.1\.\d/],
] as [string[], RegExp][])('redis-lab %j is refused, and nothing is touched', async (args, sentence) => {
  const { code, stdout, stderr } = await scratch.run(...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(sentence)
  expect(existsSync(shelfOf(key))).toBe(true)
})

test('of several keys, one that is wrong keeps them all', async () => {
  const { code, stderr } = await scratch.run('cache', 'rm', key, `${key}x`)
  expect(code).toBe(2)
  expect(stderr).toContain(`Did you mean ${key}?`)
  expect(existsSync(shelfOf(key))).toBe(true)
})
