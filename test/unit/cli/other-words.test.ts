import { expect, test } from 'vitest'
import { commands } from '../../../src/cli/commands.js'
import { otherCommand } from '../../../src/cli/other-words.js'
import { parseArgv } from '../../../src/cli/parse.js'
import type { LabError } from '../../../src/errors.js'
import { thrownBy } from '../support.js'

const hintOf = async (...argv: string[]) => ((await thrownBy(() => parseArgv(argv, '0'))) as LabError).hint

test.each([
  [['create'], 'redis-lab up '],
  [['create', '--masters', '3'], 'redis-lab up '],
  [['start'], 'redis-lab up '],
  [['stop'], 'redis-lab down '],
  [['restart'], 'redis-lab down && redis-lab up '],
  [['watch'], 'redis-lab status '],
  [['tail'], 'redis-lab logs '],
  [['tailall'], 'redis-lab logs '],
  [['call', 'cluster', 'nodes'], 'redis-lab cli '],
  [['clean'], 'redis-lab down '],
  [['list'], 'redis-lab ls '],
])('%j names %s…', async (argv, command) => {
  const hint = await hintOf(...argv)
  expect(hint?.startsWith(command), hint).toBe(true)
  expect(hint).not.toMatch(/\b(reset|kill)\b/)
})

test.each([
  ['statsu', 'status'],
  ['upp', 'up'],
  ['rset', 'reset'],
  ['resett', 'reset'],
  ['kil', 'kill'],
  ['klil', 'kill'],
  ['dwon', 'down'],
])('%s is a slip of %s', async (typed, meant) => expect(await hintOf(typed)).toBe(`Did you mean ${meant}?`))

test.each(['rest', 'preset', 'resat', 'bill', 'town'])('%s may be one of one letter', (word) => {
  expect(
    otherCommand(
      word,
      commands.map(({ name }) => name),
    ),
  ).toMatch(/^Did you mean/)
})

test.each(['reseed', 'skills', 'flip', 'chilly', 'grid', 'prime-it', 'dawns', 'restore', 'failsafe', 'stash'])(
  '%s suggests no command that ends or empties something',
  (word) => {
    const names = commands.map(({ name }) => name)
    expect(otherCommand(word, names) ?? '').not.toMatch(/reset|kill|prune|down|stop|restart|failover/)
  },
)

test('no word of another tool is a command here', () => {
  for (const { name } of commands) expect(otherCommand(name, [])).toBeUndefined()
})
