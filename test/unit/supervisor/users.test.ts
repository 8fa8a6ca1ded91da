import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withOwnUser } from '../../../src/node/index.js'
import { placeUsers, writeUsers } from '../../../src/supervisor/users.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()
const given = withOwnUser('user bob on nopass +get', { password: 'secret' })
const own = given.trimEnd().split('\n').at(-1) ?? ''

/** What a node has then, whose users.acl said this before. */
function placed(saved?: string, version = '7.0.15'): string {
  mkdirSync(temp('6001'))
  writeUsers(temp('users.acl'), given)
  if (saved !== undefined) writeFileSync(temp('6001', 'users.acl'), saved)
  placeUsers(temp(), temp('6001'), { version })
  expect(statSync(temp('6001', 'users.acl')).mode & 0o777).toBe(0o600)
  return readFileSync(temp('6001', 'users.acl'), 'utf8')
}

test('a node that has no users yet gets those that the lab was made with', () => {
  expect(placed()).toBe(given)
})

test('users that were saved stay', () => {
  const saved = `user carl on nopass\n${own}\n`
  expect(placed(saved)).toBe(saved)
})

test.each(['', 'user redis-lab off\n', 'user redis-lab on #0000 ~* +@all\n'])(
  'whatever was saved of the lab’s own user (%j), it gets in',
  (line) => expect(placed(`${line}user carl on nopass\n`)).toBe(`user carl on nopass\n${own}\n`),
)

test.each([
  ['empty', ''],
  ['zeros', '\0\0\0'],
  ['cut off', given.slice(0, 12)],
])('a users.acl that a power failure left %s is written again, or everybody would be let in', (_, saved) => {
  expect(placed(saved)).toBe(given)
})

test('a lab whose own users are cut off is damaged', () => {
  mkdirSync(temp('6001'))
  writeUsers(temp('users.acl'), '')
  expect(() => placeUsers(temp(), temp('6001'), { version: '7.0.15' })).toThrow(
    'the file with the users of this lab is cut off',
  )
})

test('before 6.2 it has no rights to channels, which did not exist', () => {
  expect(placed(undefined, '6.0.16')).toBe(given.replace(' &*', ''))
})

test('a lab without users places none', () => {
  mkdirSync(temp('6001'))
  placeUsers(temp(), temp('6001'), { version: '7.0.15' })
  expect(() => readFileSync(temp('6001', 'users.acl'))).toThrow('ENOENT')
})
