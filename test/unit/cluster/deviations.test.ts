import { expect, test } from 'vitest'
import { deviationsOf, parseNodes, planTopology, type NodeLine } from '../../../src/cluster/index.js'
import { id } from './instant/servers.js'

const plan = planTopology({ masters: 3, replicas: 1, ports: [7001, 7002, 7003, 7004, 7005, 7006] })
const ids: Record<string, string> = Object.fromEntries(plan.map(({ name }, index) => [name, id(String(index + 1))]))
const strangerId = id('9')

/** What the cluster is, in words such as `master 0-5460` and `replica m1`. */
function deviations(change: Record<string, string | null> = {}, stranger?: string) {
  const roles = Object.fromEntries(
    plan.map(({ name, slots, masterName }) => [name, slots ? `master ${slots.join('-')}` : `replica ${masterName}`]),
  )
  const lines = new Map<string, NodeLine>()
  for (const [name, role] of Object.entries({ ...roles, ...change })) {
    const port = plan.find((node) => node.name === name)?.port ?? 0
    if (role !== null) lines.set(name, lineOf(ids[name] ?? '', port, role))
  }
  const foreign = stranger === undefined ? [] : [lineOf(strangerId, 7999, stranger)]
  return deviationsOf({ lab: 'default', plan, lines, foreign })
}

function lineOf(own: string, port: number, role: string): NodeLine {
  const [kind, ...rest] = role.split(' ')
  const words =
    kind === 'master' ? ['master', '-', '0 0 1 connected', ...rest] : ['slave', ids[rest[0] ?? ''], '0 0 1 connected']
  const [line] = parseNodes([own, `127.0.0.1:${port}@${port + 10_000}`, ...words].join(' '))
  if (!line) throw new Error(role)
  return line
}
const told = (...args: Parameters<typeof deviations>) => deviations(...args).map(({ what }) => what)

test('a cluster as planned deviates in nothing', () => {
  expect(deviations()).toEqual([])
})

test('a failover is one deviation, and failing back undoes it with the data', () => {
  expect(deviations({ m1: 'replica r1', r1: 'master 0-5460' })).toEqual([
    { what: 'm1 is a replica of r1, which took its place', restore: 'redis-lab failover m1', deletesData: false },
  ])
})

test('moved slots and other masters are told, with the command that deletes the keys', () => {
  // r3 follows the node that took over from its master.
  const all = deviations({ m1: 'master 0-5460 10923-16383', m3: 'replica m1', r3: 'replica m1' })
  expect(all.map(({ what }) => what)).toEqual([
    'm1 owns slots 0-5460, 10923-16383 instead of slots 0-5460',
    'm3 is a replica of m1 instead of a master',
  ])
  expect(all.every(({ restore, deletesData }) => restore === 'redis-lab reset' && deletesData)).toBe(true)
})

test('a replica that was removed is added again, and one elsewhere follows its master again, both with the data', () => {
  expect(deviations({ r2: null })).toEqual([
    {
      what: 'r2 is not part of the cluster',
      restore: `redis-lab cli -- --cluster add-node 127.0.0.1:7005 127.0.0.1:7001 --cluster-slave --cluster-master-id ${ids['m2'] ?? ''}`,
      deletesData: false,
    },
  ])
  const restore = `redis-lab cli r2 -- cluster replicate ${ids['m2'] ?? ''}`
  expect(deviations({ r2: 'master' })).toEqual([
    { what: 'r2 is a master instead of a replica of m2', restore, deletesData: false },
  ])
  expect(deviations({ r2: 'replica m1' })).toEqual([
    { what: 'r2 is a replica of m1 instead of m2', restore, deletesData: false },
  ])
  expect(told({ m3: null, r3: 'master 10923-16383' })).toHaveLength(2)
})

test('slots that a foreign node took from several masters go back to each', () => {
  const [, , foreign] = deviations({ m1: 'master 0-5000', m2: 'master 5600-10922' }, 'master 5001-5599')
  expect(
    foreign?.restore
      ?.split(' && ')
      .map((command) => /--cluster-to (\w{40}) --cluster-slots (\d+)/.exec(command)?.slice(1)),
  ).toEqual([
    [ids['m1'], '460'],
    [ids['m2'], '139'],
  ])
})

test('slots of a foreign node come back with a reshard, after which it can be removed', () => {
  const [lacking, foreign, ...others] = deviations({ m1: 'master 10-5460' }, 'master 0-9')
  expect(others).toEqual([])
  expect(lacking).toEqual({
    what: 'm1 owns slots 10-5460 instead of slots 0-5460',
    restore: null,
    deletesData: false,
  })
  expect(foreign).toEqual({
    what: '127.0.0.1:7999 is not a node of this lab and owns slots 0-9',
    restore: `redis-lab cli -- --cluster reshard 127.0.0.1:7001 --cluster-from ${strangerId} --cluster-to ${ids['m1'] ?? ''} --cluster-slots 10 --cluster-yes`,
    deletesData: false,
  })
  expect(deviations({}, 'replica m2')).toEqual([
    {
      what: '127.0.0.1:7999 is not a node of this lab and is a replica of m2',
      restore: `redis-lab cli -- --cluster del-node 127.0.0.1:7001 ${strangerId}`,
      deletesData: false,
    },
  ])
})
