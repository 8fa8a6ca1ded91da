import { expect, test } from 'vitest'
import { tailLines } from '../../../src/util/text.js'

test('the last lines that are not empty', () => {
  expect(tailLines('one\n\ntwo\n \nthree\n', 2)).toEqual(['two', 'three'])
  expect(tailLines('one', 5)).toEqual(['one'])
  expect(tailLines('', 5)).toEqual([])
})
