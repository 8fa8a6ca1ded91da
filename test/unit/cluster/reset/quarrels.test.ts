import { expect, test } from 'vitest'
import { quarrelsOf } from '../../../../src/cluster/verbs/reset/quarrels.js'
import { idOfNode, present, stranger, type Twist } from './scene.js'

test.each<[string, Twist, string[]]>([
  ['nothing', {}, []],
  ['a flag', { only: { m1: { r2: { flags: ['fail?'] } } } }, ['m1 sees "fail?" of r2']],
  ['a connection', { only: { m1: { r2: { linked: false } } } }, ['m1 has no connection to r2']],
  ['a role', { only: { m1: { r2: { masterId: null } } } }, ['m1 does not know the role of r2']],
  ['a master', { only: { m1: { r2: { masterId: idOfNode('m3') } } } }, ['m1 does not know the role of r2']],
  ['a claim', { only: { m1: { m2: { slots: [[5461, 9000]] } } } }, ['m1 does not know the slots of m2']],
  [
    'a greeting',
    { more: { m1: [stranger('0'.repeat(40), { flags: ['handshake'] })] } },
    ['m1 is meeting another node'],
  ],
])('%s that is on its way is waited for', (_, twist, quarrels) => {
  expect(quarrelsOf(present(twist))).toEqual(quarrels)
})

test.each<[string, Twist]>([
  ['a slot that nobody claims', { only: { m2: { m2: { slots: [[5461, 10_000]] } } } }],
  ['a node that is not known', { unknown: { m1: ['r2'] } }],
  [
    'a master that others have forgotten',
    { all: { r1: { masterId: '0'.repeat(40) } }, only: { m1: { r1: { masterId: '1'.repeat(40) } } } },
  ],
])('%s does not get better by waiting', (_, twist) => {
  expect(quarrelsOf(present(twist))).toEqual([])
})
