import { spawnSync } from 'node:child_process'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  claimPorts,
  clearDeadClaims,
  findFreePorts,
  releasePorts,
  takePorts,
  type PortClaims,
} from '../../../src/node/index.js'
import { identify } from '../../../src/util/process-identity.js'
import { inAnotherNamespace, thrownBy, useTempDir } from '../support.js'

const temp = useTempDir()
const dir = () => temp('runtime', 'ports')
const claims = (lab: string): PortClaims => ({ dir: dir(), holder: { ...own(), command: `the lab "${lab}"` } })
const dead = (): PortClaims => ({
  dir: dir(),
  holder: { pid: spawnSync('true').pid, startTime: 'boot:1', command: 'the lab "dead"' },
})

function own() {
  const identity = identify(process.pid)
  if (!identity) throw new Error('this process cannot be identified')
  return identity
}

test('a claim covers the data and bus port of every node, in a folder of its own user alone', () => {
  expect(claimPorts([6001, 6002], claims('one'))).toBeUndefined()
  expect(readdirSync(dir()).sort()).toEqual(['16001', '16002', '6001', '6002'])
  expect(statSync(dir()).mode & 0o777).toBe(0o700)
})

test('of two labs that want one port the second gets none of its ports, and hears who has it', () => {
  claimPorts([6001, 6002], claims('one'))
  const refused = claimPorts([6000, 6001], claims('other'))
  expect(refused).toMatchObject({ port: 6001, holder: { command: 'the lab "one"' } })
  expect(readdirSync(dir())).not.toContain('6000')
})

test("one lab's data port is not another's bus port", () => {
  claimPorts([6001], claims('one'))
  expect(claimPorts([16_001], claims('other'))).toMatchObject({ port: 16_001 })
})

test('what is released can be had, and what somebody else has cannot be released', () => {
  claimPorts([6001], claims('one'))
  releasePorts([6001], claims('other'))
  expect(claimPorts([6001], claims('other'))).toBeDefined()
  releasePorts([6001], claims('one'))
  expect(claimPorts([6001], claims('other'))).toBeUndefined()
})

test("the claims of the dead are nobody's, and are cleared", () => {
  claimPorts([6001, 6002], dead())
  expect(claimPorts([6001], claims('one'))).toBeUndefined()
  expect(clearDeadClaims(dir())).toEqual({ cleared: 2, unjudged: [] })
  expect(readdirSync(dir()).sort()).toEqual(['16001', '6001'])
})

test("a claim that nobody can read is nobody's", () => {
  claimPorts([1], claims('one'))
  writeFileSync(path.join(dir(), '6001'), 'garbage')
  expect(claimPorts([6001], claims('one'))).toBeUndefined()
})

test('free ports are claimed while they are chosen', async () => {
  const blocks = await Promise.all(['a', 'b', 'c', 'd'].map((lab) => findFreePorts(4, claims(lab))))
  expect(new Set(blocks.flat()).size).toBe(16)
  expect(readdirSync(dir())).toHaveLength(32)
})

test('ports that are claimed and not free are let go again', async () => {
  const [port = 0] = await findFreePorts(1)
  claimPorts([port], claims('one'))
  expect(await thrownBy(() => takePorts([port], claims('other')))).toMatchObject({
    code: 'port-taken',
    message: `port ${port} (data port): kept for the lab "one" (process ${process.pid})`,
  })
})

test('claims of another pid namespace stay, and are told of in one sentence', async () => {
  const holder = { ...own(), place: inAnotherNamespace(), command: 'the lab "far"' }
  claimPorts([6001], { dir: dir(), holder })
  expect(await thrownBy(() => takePorts([6001], claims('other')))).toMatchObject({
    code: 'port-taken',
    message: expect.stringContaining('another container or pid namespace') as string,
  })
  const { cleared, unjudged } = clearDeadClaims(dir())
  expect(cleared).toBe(0)
  expect(unjudged).toEqual([
    expect.stringMatching(/\(the lab "far"\) holds 16001, 6001 in .*; if it is gone, delete them$/),
  ])
  expect(readdirSync(dir()).sort()).toEqual(['16001', '6001'])
})
