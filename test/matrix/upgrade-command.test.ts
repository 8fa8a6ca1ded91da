/** redis-lab upgrade: what it prints, what it refuses, and how it goes on where it was cut off. */
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { parseJournalLine, type LabStatus, type UpgradeResult } from '../../src/supervisor/index.js'
import { idsOf, supervisorOf } from '../support/lab.js'
import { had, isHad, release, unlessHad } from './support/pair.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch()
const from = release('redis', '7.0')
const goal = release('redis', '8.0')
const need = test.skipIf(!isHad(from) || !isHad(goal))
const skipped = unlessHad(from, goal)
const older = () => `redis ${had(from).build.version}`
const newer = () => `redis ${had(goal).build.version}`

const up = (...args: string[]) => scratch.json<LabStatus>('up', '--port', 'auto', '--redis', had(from).redis, ...args)
const releases = ({ nodes }: LabStatus) => nodes.map(({ redis }) => `${redis?.engine} ${redis?.version}`)

need(
  `a lab is upgraded, says so node by node, and is from then on one that was made with the new release${skipped}`,
  async () => {
    const lab = await up('--masters', '1')
    await scratch.run('cli', '--', 'set', 'kept', 'yes')
    const { code, stdout, stderr } = await scratch.run('upgrade', '--redis', had(goal).redis)
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`upgrading 2 nodes from ${older()} to ${newer()}, one after the other`)
    expect(stderr).toContain(`r1 runs ${newer()}`)
    expect(stderr).toContain('r1 is the master in the place of m1 (by agreement')
    expect(stderr).toContain(`m1 runs ${newer()}`)
    expect(stdout).toMatch(
      new RegExp(`^Lab "default" runs ${newer()} on every node \\(2 upgraded, [\\d.]+ s\\)\\.\\n$`),
    )

    const same = await scratch.run('upgrade', '--redis', had(goal).redis)
    expect(same).toMatchObject({ code: 0, stdout: `Lab "default" runs ${newer()} already: nothing to upgrade.\n` })
    expect(await scratch.json('upgrade', '--redis', had(goal).redis)).toMatchObject({ name: 'default', nodes: [] })
    expect(idsOf(await scratch.json<LabStatus>('up', '--redis', had(goal).redis))).toEqual(idsOf(lab))
    const back = await scratch.run('up', '--redis', had(from).redis)
    expect(back).toMatchObject({ code: 2, stdout: '' })
    expect(back.stderr).toContain(`redis-lab upgrade --redis ${had(from).redis}`)
    await scratch.json('down')
    const kept = await scratch.run('up', '--redis', had(from).redis)
    expect(kept.stderr).toContain(`redis-lab up && redis-lab upgrade --redis ${had(from).redis}`)
    expect(releases(await scratch.json<LabStatus>('up'))).toEqual([newer(), newer()])
    expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
    await scratch.json('down', '--purge')
  },
  120_000,
)

need(
  `whoever kills the supervisor in the middle finds a mixed lab, and the same upgrade goes on with the rest of it${skipped}`,
  async () => {
    const lab = await up()
    const upgrade = scratch.start(['upgrade', '--redis', had(goal).redis])
    const log = path.join(lab.dir, 'supervisor.log')
    const upgraded = () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .flatMap((line) => {
          const event = parseJournalLine(line)
          return event?.type === 'node-upgraded' ? [event.node] : []
        })
    await expect.poll(upgraded, { timeout: 30_000, interval: 5 }).toContain('r1')
    process.kill(supervisorOf(lab).pid, 'SIGKILL')
    await expect.poll(() => upgrade.exitCode, { timeout: 20_000 }).toBe(1)
    const before = upgraded()

    // Another supervisor adopts what runs, and starts what was away for its upgrade.
    await scratch.json<LabStatus>('up')
    await expect.poll(async () => (await scratch.json<LabStatus>('status')).state, { timeout: 30_000 }).toBe('running')
    const found = await scratch.json<LabStatus>('status')
    expect(new Set(releases(found))).toEqual(new Set([older(), newer()]))

    const { nodes } = await scratch.json<UpgradeResult>('upgrade', '--redis', had(goal).redis)
    expect(nodes.map(({ name }) => name).filter((name) => before.includes(name))).toEqual([])
    const after = await scratch.json<LabStatus>('status')
    expect(after).toMatchObject({ state: 'running', ready: { level: 'full' } })
    expect(new Set(releases(after))).toEqual(new Set([newer()]))
    expect(after.nodes.map(({ role }) => role)).toEqual(lab.nodes.map(({ role }) => role))
    await scratch.json('down', '--purge')
  },
  120_000,
)

/** A build of the new release whose server starts only where a file says so. */
function moody(): { redis: string; allow: () => void } {
  const dir = path.join(scratch.dir, 'moody')
  mkdirSync(dir)
  const { server, cli } = had(goal).build
  cpSync(server, path.join(dir, 'real-server'))
  cpSync(cli, path.join(dir, 'redis-cli'))
  const allowed = path.join(dir, 'allowed')
  const script = [
    '#!/bin/sh',
    `case "$*" in *--version*) exec ${dir}/real-server --version;; esac`,
    `[ -e ${allowed} ] && exec ${dir}/real-server "$@"`,
    'echo "it does not like this machine"',
    'exit 1',
  ]
  writeFileSync(path.join(dir, 'redis-server'), `${script.join('\n')}\n`)
  chmodSync(path.join(dir, 'redis-server'), 0o755)
  return { redis: dir, allow: () => writeFileSync(allowed, '') }
}

need(
  `a release that does not start stops the upgrade at its first node, which runs its old one again${skipped}`,
  async () => {
    const lab = await up()
    const { redis, allow } = moody()
    const { code, stdout, stderr } = await scratch.run('upgrade', '--redis', redis)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`the upgrade to ${newer()} stopped at r1`)
    expect(stderr).toContain('it does not like this machine')
    expect(stderr).toContain(`r1 runs ${older()} again`)
    expect(stderr).toContain('not upgraded: r1, m1, r2, m2, r3, m3')
    await expect.poll(async () => (await scratch.json<LabStatus>('status')).state, { timeout: 20_000 }).toBe('running')
    expect(new Set(releases(await scratch.json<LabStatus>('status')))).toEqual(new Set([older()]))

    allow()
    expect((await scratch.json<UpgradeResult>('upgrade', '--redis', redis)).nodes).toHaveLength(6)
    const after = await scratch.json<LabStatus>('status')
    expect(after).toMatchObject({ state: 'running', redis: { server: path.join(redis, 'redis-server') } })
    expect(idsOf(after)).toEqual(idsOf(lab))
    await scratch.json('down', '--purge')
  },
  120_000,
)

test('without a release, without a lab, or with nonsense, nothing is done', async () => {
  delete scratch.env['REDIS_LAB_REDIS']
  const nothing = await scratch.run('upgrade')
  expect(nothing).toMatchObject({ code: 2, stdout: '' })
  expect(nothing.stderr).toContain('"upgrade" needs --redis, the release to go to')
  const absent = await scratch.run('upgrade', '--redis', 'system')
  expect(absent).toMatchObject({ code: 2, stdout: '' })
  expect(absent.stderr).toContain('there is no lab named "default"')
  const address = await scratch.run('upgrade', '--redis', 'https://a.test/x.tar.gz')
  expect(address.stderr).toContain('--redis with an address needs --sha256')
})
