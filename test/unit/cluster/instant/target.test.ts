import { expect, test } from 'vitest'
import { newTarget } from '../../../../src/cluster/create/instant/target.js'
import { useTempDir } from '../../support.js'
import { foldersFor, planOf } from './servers.js'

const temp = useTempDir()

test('a new target is the plan: every master its slots, every replica its master', () => {
  const nodes = planOf(3, 2)
  const { masters, replicas, lastEpoch, lastVoteEpoch } = newTarget(nodes, foldersFor(nodes, temp()))
  expect(masters.map(({ server, slots }) => [server.name, slots])).toEqual([
    ['m1', [[0, 5460]]],
    ['m2', [[5461, 10922]]],
    ['m3', [[10923, 16383]]],
  ])
  expect(replicas.map(({ server, master }) => `${server.name} of ${master.server.name}`)).toEqual([
    'r1 of m1',
    'r2 of m2',
    'r3 of m3',
    'r4 of m1',
    'r5 of m2',
    'r6 of m3',
  ])
  expect({ lastEpoch, lastVoteEpoch }).toEqual({ lastEpoch: 0, lastVoteEpoch: 0 })
})

test('all ids and shard ids are new, and 40 hex digits', () => {
  const nodes = planOf(5, 3)
  const { masters, replicas } = newTarget(nodes, foldersFor(nodes, temp()))
  const ids = [...masters, ...replicas].map((one) => one.id).concat(masters.map(({ shardId }) => shardId))
  expect(ids.every((one) => /^[0-9a-f]{40}$/.test(one))).toBe(true)
  expect(new Set(ids).size).toBe(25)
})

test('a plan with more nodes than servers is a defect, and said', () => {
  const nodes = planOf(2, 0)
  expect(() => newTarget(nodes, foldersFor(nodes, temp()).slice(1))).toThrow('m2 was planned without a server')
})
