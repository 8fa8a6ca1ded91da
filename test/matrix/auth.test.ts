/** A lab that asks who is there, on each release: formed either way, used, disturbed, reset and had back. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { isVerified } from '../../src/cluster/index.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { askAs, password } from '../auth/support.js'
import { ask } from '../support/ask.js'
import { idsOf, nodeOf } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'
import { isAtLeast, releases } from './support/releases.js'

const scratch = useScratch()
const patience = { timeout: 30_000, interval: 50 }
const cli = async (...words: string[]) => (await scratch.run('cli', '--', ...words)).stdout.trim()
const isFull = () =>
  expect.poll(async () => (await scratch.json<LabStatus>('status')).ready.level, patience).toBe('full')

describe.each(releases)('$name', (release) => {
  const { redis, build } = release
  const creators = isVerified(build) ? (['instant', 'redis-cli'] as const) : (['redis-cli'] as const)

  test.each(creators)('with a password, formed by %s', async (creator) => {
    const user = { password }
    const up = ['up', '--redis', redis, '--port', 'auto', '--creator', creator, '--password', password]
    const lab = await scratch.json<LabStatus>(...up)
    expect(lab).toMatchObject({ auth: 'password', creator, ready: { level: 'full' } })
    for (const { port } of lab.nodes) await expect(ask(port, 'PING')).rejects.toThrow('NOAUTH')
    expect(await cli('set', 'key', 'value')).toBe('OK')
    expect((await scratch.run('failover', 'r1')).code).toBe(0)
    await isFull()

    const { port } = nodeOf(lab, 'm2')
    await askAs(user, port, 'CONFIG', 'SET', 'requirepass', '')
    const undone = await scratch.run('reset')
    expect(undone.code, undone.stderr).toBe(0)
    expect(undone.stdout).toContain('m2: requirepass was nothing: set back to a secret')
    await expect(ask(port, 'PING')).rejects.toThrow('NOAUTH')

    await scratch.json('down')
    expect(idsOf(await scratch.json<LabStatus>('up'))).toEqual(idsOf(lab))
    expect(await askAs(user, port, 'PING')).toBe('PONG')
    await scratch.json('down', '--purge')
  })

  test('with the users of a file, or the sentence that it has none', async () => {
    const file = path.join(scratch.dir, 'given.acl')
    writeFileSync(file, 'user default off\nuser bob on >secret ~* +@all\n')
    const up = ['up', '--redis', redis, '--port', 'auto', '--acl', file]
    if (!isAtLeast(release, '6.0.0')) {
      const { code, stderr } = await scratch.run(...up)
      expect(code).toBe(2)
      expect(stderr).toContain(`${build.version} has no users; they came with Redis 6.0`)
      expect(labsIn(scratch.places)).toEqual([])
      return
    }
    const lab = await scratch.json<LabStatus>(...up)
    expect(lab).toMatchObject({ auth: 'acl', ready: { level: 'full' } })
    const { port } = nodeOf(lab, 'm1')
    expect(await askAs({ name: 'bob', password: 'secret' }, port, 'PING')).toBe('PONG')
    await expect(ask(port, 'PING')).rejects.toThrow('NOAUTH')
    expect(await cli('acl', 'whoami')).toBe('redis-lab')
    expect((await scratch.run('failover', 'r1')).code).toBe(0)
    await isFull()
    await askAs({ name: 'bob', password: 'secret' }, port, 'ACL', 'DELUSER', 'redis-lab')
    expect((await scratch.run('reset')).code).toBe(0)
    expect(await cli('acl', 'whoami')).toBe('redis-lab')
    await scratch.json('down', '--purge')
  })
})
