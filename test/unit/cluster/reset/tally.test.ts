import { expect, test } from 'vitest'
import type { Step } from '../../../../src/cluster/verbs/reset/step.js'
import { stepInWords } from '../../../../src/cluster/verbs/reset/step.js'
import { Tally } from '../../../../src/cluster/verbs/reset/tally.js'

/** The compiler sees to it that no kind of step is missing. */
const samples: { readonly [Kind in Step['kind']]: readonly [Omit<Extract<Step, { kind: Kind }>, 'kind'>, unknown] } = {
  start: [{ node: 'm1', was: 'crashed' }, 'm1 was crashed: it runs again'],
  resume: [{ node: 'm1' }, 'm1 was paused: it runs on'],
  revive: [{ node: 'm1', why: 'BUSY' }, 'm1 did not serve (BUSY): it was killed and started again'],
  'stand-in': [{ node: 'r1', former: 'm1' }, undefined],
  settle: [{ quarrels: ['x'] }, undefined],
  forget: [
    { id: 'abcdef0123456789', by: ['m1', 'm2', 'r1'] },
    'm1, m2 and r1 knew a node that is not of this lab (abcdef01): it is forgotten',
  ],
  meet: [{ node: 'm1', others: ['r1'] }, 'm1 did not know r1: they have met again'],
  rename: [
    { node: 'r1', by: ['m1', 'm2'] },
    'm1 and m2 had forgotten r1, and would not know it again: it has another id',
  ],
  steady: [{ node: 'm1', slots: [1, 2] }, 'slot 1, 2 of m1 was half moved: that is called off'],
  promote: [{ node: 'm1', former: 'r1' }, 'r1 was the master in the place of m1: m1 is it again'],
  detach: [{ node: 'm1', former: null }, 'm1 was a replica of another node: it is a master again'],
  give: [
    { to: 'm1', slots: Array.from({ length: 8 }, (_, n) => [10 * n, 10 * n + 1] as const), from: [] },
    'slot 0-1, 10-11, 20-21, 30-31, 40-41, 50-51 and 2 more was with nobody: moved back to m1',
  ],
  follow: [{ node: 'r1', master: 'm1', before: null }, 'r1 was a master: it is a replica of m1 again'],
}

test.each(Object.entries(samples))('%s: %j', (kind, [step, words]) => {
  expect(stepInWords({ kind, ...step } as Step)).toBe(words)
})

test('a step that nobody knows is a defect, named', () => {
  expect(() => stepInWords({ kind: 'new' } as never)).toThrow('unreachable')
})

test('what several rounds found is one list: nodes and settings once each, then data in sum', () => {
  const tally = new Tally()
  expect(tally.words()).toEqual([])
  tally.count([{ keys: 1, libraries: 0, scripts: 1, restored: ['m1: a was b: set back to c'] }])
  tally.step({ kind: 'start', node: 'r1', was: 'starting' })
  tally.step({ kind: 'resume', node: 'r1' })
  tally.count([{ keys: 2, libraries: 2, scripts: 0, restored: ['m1: a was b: set back to c'] }])
  expect(tally.words()).toEqual([
    'm1: a was b: set back to c',
    'r1 was paused: it runs on',
    '3 keys: deleted',
    '2 function libraries: deleted',
    '1 script: deleted',
  ])
})
