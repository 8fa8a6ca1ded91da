import { expect, test } from 'vitest'
import { table } from '../../../src/view/index.js'

test('columns are as wide as their widest cell, and no line ends in spaces', () => {
  expect(
    table(
      ['NAME', 'X', ''],
      [
        ['a', '1000', 'note'],
        ['longer', '1', ''],
      ],
    ),
  ).toBe(['NAME    X', 'a       1000  note', 'longer  1'].join('\n'))
})

test('a row may be short, and a table may have no rows', () => {
  expect(table(['A', 'B'], [['x']])).toBe('A  B\nx')
  expect(table(['A', 'B'], [])).toBe('A  B')
})
