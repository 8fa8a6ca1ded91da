import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeDir, writeWhole } from '../../../src/util/files.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()

test('a file is written, and written over, with nothing left beside it', () => {
  writeWhole(temp('a'), 'one')
  writeWhole(temp('a'), 'two')
  expect(readFileSync(temp('a'), 'utf8')).toBe('two')
  expect(readdirSync(temp())).toEqual(['a'])
})

test('the new file has the mode that was asked for, also where another stood', () => {
  writeFileSync(temp('a'), '', { mode: 0o644 })
  writeWhole(temp('a'), 'secret', 0o600)
  expect(statSync(temp('a')).mode & 0o777).toBe(0o600)
})

test('a write that fails leaves what was there, and no draft', () => {
  mkdirSync(temp('a', 'inside'), { recursive: true })
  expect(() => writeWhole(temp('a'), 'text')).toThrow()
  expect(readdirSync(temp())).toEqual(['a'])
  expect(() => writeWhole(temp('no', 'a'), 'text')).toThrow('ENOENT')
})

test('a folder is made with those above it, and it is told which was the topmost', () => {
  expect(makeDir(temp('a', 'b', 'c'))).toBe(temp('a'))
  expect(makeDir(temp('a', 'b', 'd'))).toBe(temp('a', 'b', 'd'))
  expect(makeDir(temp('a'))).toBeUndefined()
  writeFileSync(temp('file'), '')
  expect(() => makeDir(temp('file', 'x', 'y'))).toThrow('ENOTDIR')
})
