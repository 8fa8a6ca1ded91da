/** Labs whose nodes run different releases, from the command line: how they are told, kept, resumed and refused. */
import { cpSync, rmSync } from 'node:fs'
import process from 'node:process'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { BuildRow, LabRow } from '../../src/view/index.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { idsOf, nodeOf, supervisorOf } from '../support/lab.js'
import { had, isHad, release, unlessHad } from './support/pair.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
const own = release('redis', '7.0')
const other = release('redis', '8.0')
const valkey = release('valkey')
const need = (...found: readonly ReturnType<typeof release>[]) => test.skipIf(!found.every(isHad))

const releases = ({ nodes }: LabStatus) => nodes.map(({ name, redis }) => `${name} ${redis?.engine} ${redis?.version}`)
const versionOf = async ({ port }: { port: number }) =>
  /^(?:valkey|redis)_version:(\S+)/m.exec(
    String(await ask(port, 'INFO', 'server')).replace(/^redis_version:7\.2\.4\r\n/m, ''),
  )?.[1]

need(own, other, valkey)(
  `each node runs its release, in every view of the lab, over down and up, and under another supervisor${unlessHad(own, other, valkey)}`,
  async () => {
    const [base, redis, third] = [had(own), had(other), had(valkey)]
    const flags = [
      '--redis-for',
      `r1=${redis.redis}`,
      '--redis-for',
      `m3=${third.redis}`,
      '--redis-for',
      `r3=${third.redis}`,
    ]
    const lab = await scratch.json<LabStatus>('up', '--port', 'auto', '--redis', base.redis, ...flags)
    const [a, b, c] = [base, redis, third].map(({ build }) => `${build.engine} ${build.version}`)
    const expected = [`m1 ${a}`, `m2 ${a}`, `m3 ${c}`, `r1 ${b}`, `r2 ${a}`, `r3 ${c}`]
    expect(releases(lab)).toEqual(expected)
    expect(lab).toMatchObject({ creator: 'instant', redis: base.build, ready: { level: 'full' } })
    const versions = await Promise.all(lab.nodes.map(versionOf))
    expect(versions).toEqual(lab.nodes.map(({ redis }) => redis?.version))

    const shown = await scratch.run('status')
    expect(shown.stdout).toContain(`lab "default" is running (${a}, ${c}, ${b})`)
    expect(shown.stdout).toMatch(new RegExp(`^r1 .*${b} +running`, 'm'))
    expect(await scratch.json<LabRow[]>('ls')).toMatchObject([{ redis: `${a}, ${c}, ${b}` }])
    const { builds } = await scratch.json<{ builds: BuildRow[] }>('cache', 'ls')
    const used = builds.filter(({ usedBy }) => usedBy.some(({ name, running }) => name === 'default' && running))
    expect(used.map(({ engine, version }) => `${engine} ${version}`).sort()).toEqual([a, b, c].sort())

    // The same again is no other lab; another release for a node is.
    expect(idsOf(await scratch.json<LabStatus>('up', ...flags))).toEqual(idsOf(lab))
    const differs = await scratch.run('up', '--redis-for', `r1=${third.redis}`)
    expect(differs).toMatchObject({ code: 2, stdout: '' })
    expect(differs.stderr).toContain(`--redis-for: the lab has r1=${redis.redis}, m3=`)

    await scratch.run('cli', '--', 'set', 'kept', 'yes')
    process.kill(supervisorOf(lab).pid, 'SIGKILL')
    const adopted = await scratch.json<LabStatus>('up')
    expect(releases(adopted)).toEqual(expected)
    expect(adopted.nodes.map(({ pid }) => pid)).toEqual(lab.nodes.map(({ pid }) => pid))

    await scratch.json('down')
    expect(releases(await scratch.json<LabStatus>('status'))).toEqual(expected)
    const resumed = await scratch.json<LabStatus>('up')
    expect(releases(resumed)).toEqual(expected)
    expect(idsOf(resumed)).toEqual(idsOf(lab))
    expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
    // A node that is started again has its own release too.
    process.kill(nodeOf(resumed, 'r1').pid, 'SIGKILL')
    await expect
      .poll(async () => versionOf(nodeOf(resumed, 'r1')).catch(() => ''), { timeout: 20_000 })
      .toBe(redis.build.version)
    await scratch.json('down', '--purge')
  },
  120_000,
)

need(own, other)(
  `a build that is gone is asked for again as its node was given it, and nothing else takes its place${unlessHad(own, other)}`,
  async () => {
    const copy = path.join(scratch.dir, 'other')
    const programs = path.dirname(had(other).build.server)
    cpSync(programs, copy, { recursive: true })
    const args = ['--masters', '1', '--port', 'auto', '--redis', had(own).redis, '--redis-for', `r1=${copy}`]
    const lab = await scratch.json<LabStatus>('up', ...args)
    await scratch.json('down')
    rmSync(copy, { recursive: true })
    const refused = await scratch.run('up')
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(`there is nothing at ${copy}`)
    cpSync(programs, copy, { recursive: true })
    expect(releases(await scratch.json<LabStatus>('up'))).toEqual(releases(lab))
    await scratch.json('down', '--purge')
  },
  120_000,
)

test.each([
  [['--redis-for', 'nonsense'], '--redis-for "nonsense": takes NODE=RELEASE, such as r1=8.0.6'],
  [['--redis-for', 'r9=system'], '--redis-for r9: the lab has no such node, only m1 to m3 and r1 to r3'],
  [['--redis-for', 'r1=nonsense'], '"nonsense" is no release'],
  [['--redis-for', 'r1=99.9.9'], 'Redis 99.9.9 is not among the releases'],
] as const)('%j is bad input, and nothing is begun', async (args, sentence) => {
  const { code, stdout, stderr } = await scratch.run('up', ...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(sentence)
  expect(await scratch.json('ls')).toEqual([])
})

need(own, other)(
  `a replica that could not follow its master is refused before anything starts${unlessHad(own, other)}`,
  async () => {
    const { code, stderr } = await scratch.run('up', '--redis', had(other).redis, '--redis-for', `r2=${had(own).redis}`)
    expect(code).toBe(2)
    expect(stderr).toContain(
      `r2 (redis ${had(own).build.version}) cannot follow its master m2 (redis ${had(other).build.version})\n`,
    )
    expect(stderr).toContain('with --redis-for')
    expect(await scratch.json('ls')).toEqual([])
  },
)

test('what a config file says of single nodes is shown, with who said it', async () => {
  const { code, stdout } = await scratch.run('config', '--redis-for', 'r1=system')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^redisFor +r1=\S+ +flag$/m)
})

need(own, other)(
  `a node that could not follow its master after a down begins again with the release of that one${unlessHad(own, other)}`,
  async () => {
    const up = ['up', '--port', 'auto', '--redis', had(own).redis, '--redis-for', `r1=${had(other).redis}`]
    const lab = await scratch.json<LabStatus>(...up)
    const { name } = nodeOf(lab, 'm1')
    await scratch.run('cli', '--', 'set', 'foo', 'bar')
    expect((await scratch.run('failover', 'r1')).code).toBe(0)
    await scratch.json('down')
    const again = await scratch.run('up')
    expect(again.code, again.stderr).toBe(0)
    const newer = `redis ${had(other).build.version}`
    expect(again.stderr).toContain(`${name} is started with ${newer} instead of redis ${had(own).build.version}, which`)
    const status = await scratch.json<LabStatus>('status')
    expect(status).toMatchObject({ state: 'running', ready: { level: 'full', reasons: [] } })
    expect(releases(status).filter((one) => one.includes(newer))).toEqual([`m1 ${newer}`, `r1 ${newer}`])
    expect(idsOf(status)).toEqual(idsOf(lab))
    expect((await scratch.run('cli', '--', 'get', 'foo')).stdout).toBe('bar\n')
    // It is written down: the next time there is nothing to bring along.
    await scratch.json('down')
    expect((await scratch.run('up')).stderr).not.toContain('instead of')
    await scratch.json('down', '--purge')
  },
  120_000,
)
