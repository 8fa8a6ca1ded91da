import { expect, test } from 'vitest'
import { habitsIn } from '../../../../src/cluster/verbs/habits.js'
import { within } from '../../../../src/cluster/verbs/reset/own-slots.js'

const redis = (version: string) => `# Server\r\nredis_version:${version}\r\nredis_mode:cluster\r\n`
const valkey = (version: string) =>
  `# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:${version}\r\n`

test.each([
  [
    redis('5.0.5'),
    { pausesEverything: true, sharesScripts: true, spreadsForgetting: false, setsSlotsWithReplicas: false },
  ],
  [
    redis('6.0.16'),
    { pausesEverything: true, sharesScripts: true, spreadsForgetting: false, setsSlotsWithReplicas: false },
  ],
  [
    redis('6.2.16'),
    { pausesEverything: false, sharesScripts: true, spreadsForgetting: false, setsSlotsWithReplicas: false },
  ],
  [
    redis('7.0.15'),
    { pausesEverything: false, sharesScripts: false, spreadsForgetting: false, setsSlotsWithReplicas: false },
  ],
  [
    redis('7.2.6'),
    { pausesEverything: false, sharesScripts: false, spreadsForgetting: true, setsSlotsWithReplicas: false },
  ],
  [
    redis('8.6.3'),
    { pausesEverything: false, sharesScripts: false, spreadsForgetting: true, setsSlotsWithReplicas: false },
  ],
  [
    valkey('7.2.7'),
    { pausesEverything: false, sharesScripts: false, spreadsForgetting: true, setsSlotsWithReplicas: false },
  ],
  [
    valkey('8.0.1'),
    { pausesEverything: false, sharesScripts: false, spreadsForgetting: true, setsSlotsWithReplicas: true },
  ],
  [
    valkey('9.1.2'),
    { pausesEverything: false, sharesScripts: false, spreadsForgetting: true, setsSlotsWithReplicas: true },
  ],
])('what a server says of itself tells its habits: %j', (info, habits) => {
  expect(habitsIn(info)).toEqual(habits)
})

test('parts of ranges are ranges', () => {
  const even = (slot: number) => slot % 10 < 5
  expect(
    within(
      [
        [0, 12],
        [20, 20],
      ],
      even,
    ),
  ).toEqual([
    [0, 4],
    [10, 12],
    [20, 20],
  ])
  expect(within([[0, 3]], () => false)).toEqual([])
})
