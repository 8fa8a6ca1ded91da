import { expect, test } from 'vitest'
import { entryProblem } from '../../../src/release/archive/judge.js'

const file = (path: string) => entryProblem({ path, type: 'File' })
const symlink = (path: string, linkpath: string) => entryProblem({ path, linkpath, type: 'SymbolicLink' })
const hardlink = (path: string, linkpath: string) => entryProblem({ path, linkpath, type: 'Link' })

test('what a release contains is let in', () => {
  expect(file('redis-8.0.6/src/server.c')).toBeUndefined()
  expect(entryProblem({ path: 'redis-8.0.6/src/', type: 'Directory' })).toBeUndefined()
  expect(symlink('redis-8.0.6/a/b', '../src/server.c')).toBeUndefined()
  expect(symlink('redis-8.0.6/a/b', './c')).toBeUndefined()
  expect(hardlink('redis-8.0.6/b', 'redis-8.0.6/a')).toBeUndefined()
  expect(file('redis-8.0.6/a..b/..c')).toBeUndefined()
})

test.each([
  ['/etc/passwd'],
  ['../x'],
  ['a/../../x'],
  ['a/..'],
  ['C:/x'],
  ['C:x'],
  ['\\x'],
  ['a\\..\\..\\x'],
  ['a/\0'],
  [''],
])('the path %j is refused', (path) => expect(file(path)).toBeDefined())

test.each([['/etc/passwd'], ['../../x'], ['..'], ['../../r/x'], ['b/../../x'], ['b/..'], ['']])(
  'a symbolic link to %j is refused',
  (target) => expect(symlink('r/a', target)).toBeDefined(),
)

test('a symbolic link cannot climb out over another link', () => {
  expect(symlink('r/a/b/c/up', '../..')).toBeUndefined()
  expect(symlink('r/a/b/c/out', 'up/../..')).toMatch(/back and forth/)
})

test('a symbolic link into the neighbour of the top folder is refused, because that folder is stripped', () => {
  expect(symlink('r/a', '../other/x')).toBeDefined()
  expect(symlink('r/a', '../r/x')).toBeDefined()
  expect(symlink('r/a/.', '../r')).toBeDefined()
  expect(symlink('r/d/a', '../../r/x')).toBeDefined()
})

test.each([['/etc/passwd'], ['../x'], ['other/x'], ['']])('a hard link to %j is refused', (target) => {
  expect(hardlink('r/a', target)).toBeDefined()
})

test.each([['CharacterDevice'], ['BlockDevice'], ['FIFO'], ['GNUDumpDir']])('a %s is refused', (type) => {
  expect(entryProblem({ path: 'r/a', type })).toContain(type)
})
