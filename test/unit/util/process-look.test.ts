import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { lookAt, lookWithPs, parsePs, parseStat, psEnvironment } from '../../../src/util/process-look.js'

test.each([
  // macOS 14, a shell, a paused program, and a zombie.
  ['Ss   Thu Nov 26 09:05:01 2026    \n', 'Ss', 'Thu Nov 26 09:05:01 2026'],
  ['T    Mon Jun  1 23:59:59 2026    \n', 'T', 'Mon Jun  1 23:59:59 2026'],
  ['Z    Mon Jun  1 23:59:59 2026    \n', 'Z', 'Mon Jun  1 23:59:59 2026'],
  // procps
  ['Sl+  Thu Nov 26 10:01:12 2026\n', 'Sl+', 'Thu Nov 26 10:01:12 2026'],
])('what ps prints is read: %j', (text, state, start) => {
  expect(parsePs(text)).toEqual({ kind: 'seen', state, start })
})

test('what is not an answer of ps tells nothing', () => {
  expect(parsePs('')).toEqual({ kind: 'hidden' })
})

test('the name of a program may look like the fields that follow it', () => {
  const fields = ['S', ...Array.from({ length: 18 }, (_, index) => String(index)), '4711', '0']
  expect(parseStat(`12 (a) b (R 1 2) ${fields.join(' ')}`)).toEqual({ kind: 'seen', state: 'S', start: '4711' })
})

test('ps prints start times in UTC and in English, but for records of earlier versions', () => {
  expect(psEnvironment({})).toEqual({ LC_ALL: 'C', TZ: 'UTC' })
  expect(psEnvironment({ localTime: true })).toEqual({ LC_ALL: 'C' })
})

test('an unused pid is reported as none, with /proc and with ps', () => {
  const { pid } = spawnSync('true')
  expect(lookAt(pid)).toEqual({ kind: 'none' })
  expect(lookWithPs(pid)).toEqual({ kind: 'none' })
})
