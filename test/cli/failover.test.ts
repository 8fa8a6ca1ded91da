/** redis-lab failover: a replica takes its master's place, and every node agrees when the command returns. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isMaster, parseNodes } from '../../src/cluster/index.js'
import type { FailoverResult, LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { nodeOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
const status = () => scratch.json<LabStatus>('status')
const patience = { timeout: 30_000, interval: 50 }
const allWell = () => expect.poll(status, patience).toMatchObject({ state: 'running', ready: { level: 'full' } })

let lab: LabStatus
beforeAll(async () => {
  // Masters vote about one master once in two node timeouts: what is tried here again and again is to be soon.
  lab = await scratch.json<LabStatus>('up', '--port', 'auto', '--set', 'cluster-node-timeout 2000')
})
afterAll(async () => {
  await scratch.run('down', '--purge')
})

/** Who owns these slots, as each of the nodes that run sees it at this moment. */
async function ownersOf(slots: unknown): Promise<number[]> {
  const { nodes } = await status()
  const running = nodes.filter((node) => node.state === 'running')
  return Promise.all(
    running.map(async ({ port }) => {
      const lines = parseNodes(String(await ask(port, 'CLUSTER', 'NODES')))
      return lines.find((line) => isMaster(line) && JSON.stringify(line.slots) === JSON.stringify(slots))?.port ?? NaN
    }),
  )
}

test('a replica becomes master by agreement, and every node sees it the moment the command returns', async () => {
  const [m1, r1] = [nodeOf(lab, 'm1'), nodeOf(lab, 'r1')]
  const { code, stdout, stderr } = await scratch.run('failover', 'r1')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe('r1 is the master in the place of m1; every node agrees.\n')
  expect(await ownersOf(m1.slots)).toEqual(lab.nodes.map(() => r1.port))
  expect(await ask(m1.port, 'ROLE')).toContain('slave')
  await allWell()
  expect(nodeOf(await status(), 'm1')).toMatchObject({ role: 'replica', masterId: r1.id })
})

test('a planned replica that is a master already stays one, asked with or without force', async () => {
  const before = await status()
  const { code, stdout, stderr } = await scratch.run('failover', 'r1')
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: 'r1 is a master already; nothing was changed.\n',
    stderr: '',
  })
  const unchanged = { name: 'default', changed: false, promoted: 'r1', demoted: null }
  for (const flags of [[], ['--force'], ['--takeover']])
    expect(await scratch.json<FailoverResult>('failover', 'r1', ...flags)).toEqual(unchanged)
  const rolesOf = ({ nodes }: LabStatus) => nodes.map(({ name, role, slots }) => [name, role, slots])
  expect(rolesOf(await status())).toEqual(rolesOf(before))
})

test('a planned master that is a replica takes its place again', async () => {
  expect(await scratch.json<FailoverResult>('failover', 'm1')).toMatchObject({
    changed: true,
    promoted: 'm1',
    demoted: 'r1',
  })
  await allWell()
  expect(nodeOf(await status(), 'm1')).toMatchObject({ role: 'master', slots: nodeOf(lab, 'm1').slots })
})

test.each([
  ['--force', 'm2', 'r2'],
  ['--takeover', 'm3', 'r3'],
])('%s does it without the master, which finds its place when it is back', async (flag, master, replica) => {
  await scratch.json('pause', master)
  const refused = await scratch.run('failover', replica)
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toMatch(
    new RegExp(`^redis-lab: its master ${master} is paused, and an agreed failover needs it\\n--force asks .*\\n$`),
  )
  const { stdout } = await scratch.run('failover', replica, flag)
  expect(stdout).toBe(`${replica} is the master in the place of ${master}; every node agrees.\n`)
  expect(new Set(await ownersOf(nodeOf(lab, master).slots))).toEqual(new Set([nodeOf(lab, replica).port]))
  await scratch.json('resume', master)
  await allWell()
  expect(nodeOf(await status(), master)).toMatchObject({ role: 'replica', masterId: nodeOf(lab, replica).id })
})

test('a master that is away can be named too: the others know its replica', async () => {
  await scratch.json('stop', 'm1')
  expect(await scratch.json<FailoverResult>('failover', 'm1', '--force')).toMatchObject({
    promoted: 'r1',
    demoted: 'm1',
  })
  await scratch.json('start', 'm1')
  await allWell()
})

test('what cannot be is said, and changes nothing', async () => {
  const before = await status()
  const both = await scratch.run('failover', 'r1', '--force', '--takeover')
  expect(both).toMatchObject({ code: 2, stdout: '' })
  expect(both.stderr).toMatch(/^redis-lab: --force and --takeover exclude each other$/m)
  await scratch.json('stop', 'm1')
  expect(await scratch.json('failover', 'r1')).toMatchObject({ changed: false })
  const away = await scratch.run('failover', 'm1')
  expect(away.code).toBe(2)
  expect(away.stderr).toMatch(/^redis-lab: m1 is stopped$/m)
  await scratch.json('start', 'm1')
  await allWell()
  expect((await status()).nodes.map(({ role, slots }) => [role, slots])).toEqual(
    before.nodes.map(({ role, slots }) => [role, slots]),
  )
})

test('one that does not come about in its time says what each node saw last', async () => {
  expect(nodeOf(await status(), 'r2').role).toBe('master')
  // Of three masters two do not vote.
  for (const name of ['m3', 'r3', 'm1', 'r1']) await scratch.json('pause', name)
  const { code, stderr } = await scratch.run('failover', 'm2', '--force', '--timeout', '2s')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^redis-lab: not every node agrees that m2 is the master in the place of r2$/m)
  expect(stderr).toMatch(/^ {2}r2 \(port \d+\): it does not see m2 as a master$/m)
  await scratch.json('resume', 'm1', 'r1', 'm3', 'r3')
  await allWell()
})
