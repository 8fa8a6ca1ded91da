import { expect, test } from 'vitest'
import { planReset } from '../../../../src/cluster/verbs/reset/plan.js'
import { idOfNode, plan, sights, stranger, type Twist } from './scene.js'

const steps = (twist: Twist = {}, waited = false) => planReset(plan, sights(twist), { waited })
const ghost = '0'.repeat(40)

test('where everything is as planned there is nothing to do', () => {
  expect(steps()).toEqual([])
})

test('nodes that are away or do not answer come first, and nothing else is planned before they are back', () => {
  const twist: Twist = {
    instead: {
      m1: { kind: 'away', name: 'm1', state: 'crashed' },
      m2: { kind: 'away', name: 'm2', state: 'paused' },
      r1: { kind: 'deaf', name: 'r1', why: 'no answer' },
      r2: { kind: 'busy', name: 'r2', why: 'LOADING' },
    },
    all: { m3: { masterId: idOfNode('r3') }, r3: { masterId: null, slots: [[10_923, 16_383]] } },
  }
  expect(steps(twist)).toEqual([
    { kind: 'start', node: 'm1', was: 'crashed' },
    { kind: 'resume', node: 'm2' },
    { kind: 'revive', node: 'r1', why: 'no answer' },
  ])
})

const gone = (...names: string[]): Twist => ({
  instead: Object.fromEntries(names.map((name) => [name, { kind: 'away', name, state: 'crashed' }])),
})

test('the replica of a master that is dead takes its place before the master is started', () => {
  expect(steps(gone('m2'))).toEqual([{ kind: 'stand-in', node: 'r2', former: 'm2' }])
  expect(planReset(plan, sights(gone('m2')), { waited: false, standIn: false })).toEqual([
    { kind: 'start', node: 'm2', was: 'crashed' },
  ])
})

test.each([
  ['a replica', ['r2']],
  ['a master whose replica is dead too', ['m2', 'r2']],
])('%s is started as it is', (_, names) => {
  expect(steps(gone(...names))).toEqual(names.map((node) => ({ kind: 'start', node, was: 'crashed' })))
})

test('one that is busy is waited for, as often as it takes', () => {
  const twist: Twist = { instead: { r2: { kind: 'busy', name: 'r2', why: 'LOADING' } } }
  expect(steps(twist, true)).toEqual([{ kind: 'settle', quarrels: ['r2: LOADING'] }])
})

test('strangers are forgotten, but not by whoever still follows one', () => {
  const line = stranger(ghost)
  const twist: Twist = {
    more: { m1: [line], r1: [line], m2: [stranger('1'.repeat(40), { flags: ['handshake'] })] },
    all: { r1: { masterId: ghost } },
  }
  expect(steps(twist)).toEqual([{ kind: 'forget', id: ghost, by: ['m1'] }])
  expect(steps({ more: { r1: [line] }, all: { r1: { masterId: ghost } } })).toEqual([
    { kind: 'follow', node: 'r1', master: 'm1', before: 'another node' },
  ])
})

test('those that do not know each other meet, each pair once', () => {
  expect(steps({ unknown: { m2: ['m1', 'r3'], m1: ['m2'] } })).toEqual([
    { kind: 'meet', node: 'm1', others: ['m2'] },
    { kind: 'meet', node: 'm2', others: ['r3'] },
  ])
})

const spreading = (twist: Twist) =>
  planReset(
    plan,
    sights(twist).map((sight) => ({
      ...sight,
      habits: { spreadsForgetting: true, pausesEverything: false, sharesScripts: false, setsSlotsWithReplicas: false },
    })),
    { waited: false },
  )

test('where forgetting spreads, who was forgotten gets another id; who knows nobody, or is being met, is met', () => {
  expect(spreading({ unknown: { m2: ['r3'], m1: ['r3'] } })).toEqual([{ kind: 'rename', node: 'r3', by: ['m1', 'm2'] }])
  const others = ['m1', 'm2', 'm3', 'r1', 'r2']
  const meeting = { kind: 'meet', node: 'r3', others }
  expect(spreading({ unknown: { r3: others } })).toEqual([meeting])
  const alone = { ...Object.fromEntries(others.map((name) => [name, ['r3']])), r3: others }
  expect(spreading({ unknown: alone }).map(({ kind }) => kind)).toEqual(others.map(() => 'meet'))
  const greeting = stranger('1'.repeat(40), { port: 6006, flags: ['handshake'] })
  expect(spreading({ unknown: { m2: ['r3'] }, more: { m2: [greeting] } })).toEqual([
    { kind: 'meet', node: 'm2', others: ['r3'] },
  ])
})

test('half moves are called off on masters; a replica cannot', () => {
  const moving = [`[93->-${idOfNode('m2')}]`]
  expect(steps({ only: { m1: { m1: { moving } }, r2: { r2: { moving } } } })).toEqual([
    { kind: 'steady', node: 'm1', slots: [93] },
  ])
})

test('agreement is waited for once, and then what is left is done by force', () => {
  const twist: Twist = { only: { m3: { m1: { slots: [[0, 99]] } } } }
  expect(steps(twist)).toEqual([{ kind: 'settle', quarrels: ['m3 does not know the slots of m1'] }])
  expect(steps(twist, true)).toEqual([{ kind: 'give', to: 'm1', slots: [[100, 5460]], from: [] }])
})

const swapped = {
  m1: { masterId: idOfNode('r1') },
  r1: { masterId: null, slots: [[0, 5460]] },
} as const

test('a master takes its place back from the replica that has it', () => {
  expect(steps({ all: swapped })).toEqual([{ kind: 'promote', node: 'm1', former: 'r1' }])
})

test('one that follows somebody else first follows the one that has its slots', () => {
  expect(steps({ all: { ...swapped, m1: { masterId: idOfNode('m2') } } })).toEqual([
    { kind: 'follow', node: 'm1', master: 'r1', before: 'm2' },
  ])
})

test('of several usurpers each master replaces the one with most of its slots', () => {
  const all: Twist['all'] = {
    m1: { masterId: idOfNode('r1') },
    m2: { masterId: idOfNode('r2') },
    r1: { masterId: null, slots: [[5461, 10_922]] },
    r2: { masterId: null, slots: [[0, 5460]] },
  }
  expect(steps({ all })).toEqual([
    { kind: 'follow', node: 'm1', master: 'r2', before: 'r1' },
    { kind: 'follow', node: 'm2', master: 'r1', before: 'r2' },
  ])
})

test('a master that became the replica of another planned one begins anew', () => {
  const all: Twist['all'] = { m1: { masterId: idOfNode('m2') }, m2: { slots: [[0, 10_922]] } }
  expect(steps({ all })).toEqual([{ kind: 'detach', node: 'm1', former: 'm2' }])
})

test('slots go back in ranges, from whoever has them, or from nobody', () => {
  const all: Twist['all'] = {
    m1: {
      slots: [
        [1, 6],
        [8, 5000],
      ],
    },
    m2: {
      slots: [
        [0, 0],
        [7, 7],
        [5461, 10_922],
      ],
    },
  }
  const slots = [
    [0, 0],
    [7, 7],
    [5001, 5460],
  ]
  expect(steps({ all })).toEqual([{ kind: 'give', to: 'm1', slots, from: ['m2'] }])
})

test('replicas find their masters last, those that were masters without slots too', () => {
  const all: Twist['all'] = { r1: { masterId: idOfNode('m2') }, r2: { masterId: null } }
  expect(steps({ all })).toEqual([
    { kind: 'follow', node: 'r1', master: 'm1', before: 'm2' },
    { kind: 'follow', node: 'r2', master: 'm2', before: null },
  ])
})
