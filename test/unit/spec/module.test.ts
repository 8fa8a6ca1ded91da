import { expect, test } from 'vitest'
import { parseModule } from '../../../src/spec/index.js'

test.each([
  ['./x.so', './x.so', []],
  ['./x.so:', './x.so', []],
  ['./x.so:one', './x.so', ['one']],
  ['./x.so:one two:three', './x.so', ['one', 'two:three']],
  [`./x.so:one "and two" 'three' ""`, './x.so', ['one', 'and two', 'three', '']],
  ['/with space/x.so: one', '/with space/x.so', ['one']],
  ['"/a:b/x.so"', '/a:b/x.so', []],
  ['"/a:b/x.so":one', '/a:b/x.so', ['one']],
  [String.raw`x.so:"\x41\n"`, 'x.so', ['A\n']],
])('%s is the file %s with the arguments %j', (text, file, args) => {
  expect(parseModule(text)).toEqual({ file, args })
})

test.each([
  ['', /takes a file/],
  [':one', /takes a file/],
  ['"":one', /takes a file/],
  ['"/a:b', /takes a file/],
  ['"/a"b', /takes a file/],
  ['x.so:"one', /quote that is not closed/],
  ['x.so:"one"two', /right behind a closing one/],
  ['x.so\nport 1', /single line/],
  ['x.so:\u2028', /single line/],
])('%j is refused in words', (text, words) => expect(parseModule(text)).toMatch(words))
