import { expect, test } from 'vitest'
import {
  planRoll,
  refusalOf,
  type Release,
  type RollNode,
  type RollStep,
} from '../../../src/supervisor/upgrade/plan.js'

const old: Release = { engine: 'redis', version: '7.0.15' }
const goal: Release = { engine: 'redis', version: '8.0.6' }
const valkey: Release = { engine: 'valkey', version: '9.1.2' }

const node = (name: string, master: string | null, release = old, change: Partial<RollNode> = {}): RollNode => ({
  name,
  release,
  planned: name.startsWith('m') ? 'master' : 'replica',
  master,
  keepsData: true,
  ...change,
})
const spell = (steps: readonly RollStep[]) =>
  steps.map((step) =>
    step.kind === 'upgrade' ? `${step.node}${step.alone ? ' alone' : ''}` : `${step.node} for ${step.former}`,
  )

test('replicas first, then the master behind one of them, and it is master again', () => {
  expect(spell(planRoll([node('m1', null), node('r1', 'm1'), node('r2', 'm1')], goal))).toEqual([
    'r1',
    'r2',
    'r1 for m1',
    'm1',
    'm1 for r1',
  ])
})

test('one shard after the other, those without a replica last', () => {
  const nodes = [node('m1', null), node('m2', null), node('m3', null), node('r2', 'm2'), node('r3', 'm3')]
  expect(spell(planRoll(nodes, goal))).toEqual([
    ...['r2', 'r2 for m2', 'm2', 'm2 for r2'],
    ...['r3', 'r3 for m3', 'm3', 'm3 for r3'],
    'm1 alone',
  ])
})

test('what is there already is left as it is', () => {
  expect(planRoll([node('m1', null, goal), node('r1', 'm1', goal)], goal)).toEqual([])
  expect(spell(planRoll([node('m1', null), node('r1', 'm1', goal)], goal))).toEqual(['r1 for m1', 'm1', 'm1 for r1'])
  expect(spell(planRoll([node('m1', null, goal), node('r1', 'm1')], goal))).toEqual(['r1'])
})

/** Every state in which an upgrade can stop, and what is left to do there. */
test('an upgrade that was cut off anywhere ends like one that was not', () => {
  let nodes = [node('m1', null), node('r1', 'm1'), node('r2', 'm1')]
  const steps = planRoll(nodes, goal)
  for (const [index, step] of steps.entries()) {
    expect(spell(planRoll(nodes, goal))).toEqual(spell(steps.slice(index)))
    nodes = nodes.map((one) => {
      if (step.kind === 'upgrade') return one.name === step.node ? { ...one, release: goal } : one
      return { ...one, master: one.name === step.node ? null : step.node }
    })
  }
  expect(planRoll(nodes, goal)).toEqual([])
})

test('a planned master that somebody has made a replica takes its place again with the only failover there is', () => {
  expect(spell(planRoll([node('m1', 'r1'), node('r1', null), node('r2', 'r1')], goal))).toEqual([
    'm1',
    'r2',
    'm1 for r1',
    'r1',
  ])
})

test('where nobody was planned to be the master, or several were, the one that is it now is it again', () => {
  expect(spell(planRoll([node('r1', null), node('r2', 'r1')], goal))).toEqual(['r2', 'r2 for r1', 'r1', 'r1 for r2'])
  expect(spell(planRoll([node('m2', null), node('m1', 'm2')], goal))).toEqual(['m1', 'm1 for m2', 'm2', 'm2 for m1'])
})

const refusal = (nodes: readonly RollNode[], to: Release) => refusalOf(nodes, to)?.problems ?? []

test('what the new release can read and follow is not refused', () => {
  const nodes = [node('m1', null), node('r1', 'm1')]
  expect(refusal(nodes, goal)).toEqual([])
  expect(refusal(nodes, valkey)).toEqual([])
})

test('a release that cannot read the data is refused, once for each release that the nodes run', () => {
  const nodes = [node('m1', null, goal), node('m2', null, goal), node('m3', null, valkey), node('r1', 'm1')]
  expect(refusal(nodes, old)).toEqual([
    'redis 7.0.15 cannot read the data of redis 8.0.6',
    'redis 7.0.15 cannot read the data of valkey 9.1.2',
  ])
  expect(refusal(nodes, valkey)).toEqual(['valkey 9.1.2 cannot read the data of redis 8.0.6'])
})

test('releases that do not understand each other as nodes are refused, with the way round', () => {
  const nodes = [node('m1', null, { engine: 'redis', version: '6.2.16' })]
  const refused = refusalOf(nodes, { engine: 'redis', version: '7.4.1' })
  expect(refused?.problems).toEqual(['redis 7.4.1 and redis 6.2.16 do not understand each other as nodes of a cluster'])
  expect(refused?.hint).toContain('redis-lab upgrade --redis 7.0')
})

test('a master without a replica has to keep its data; one with a replica need not', () => {
  const forgetful = { keepsData: false }
  expect(refusal([node('m1', null, old, forgetful), node('r1', 'm1', old, forgetful)], goal)).toEqual([])
  expect(refusal([node('m1', null, old, forgetful)], goal)).toEqual([
    'm1 has no replica and keeps nothing on disk: what it has would be lost when it is restarted',
  ])
  expect(refusal([node('m1', null, goal, forgetful)], goal)).toEqual([])
})
