import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { readUsers, withOwnUser, withoutOwnUser } from '../../../src/node/index.js'

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

test('passwords are written as their sha256, as Redis itself saves them, and every user keeps its line', () => {
  const { text, problems } = readUsers(
    'user default off\r\n\nuser alice on >wönder >two <old ~a:* +@read (+get ~b:*)\n  user bob on nopass -@all  +get \n\n',
  )
  expect(problems).toEqual([])
  expect(text.split('\n')).toEqual([
    'user default off',
    '',
    `user alice on #${hash('wönder')} #${hash('two')} !${hash('old')} ~a:* +@read (+get ~b:*)`,
    'user bob on nopass -@all  +get',
  ])
})

test.each([
  ['user a on\n# who may read\n', 'line 2 is a comment, and Redis takes none in an ACL file'],
  ['\nalice on >geheim\n', 'line 2 is no user: it has to begin with "user NAME"'],
  ['user\n', 'line 1 is no user: it has to begin with "user NAME"'],
  ['User a on\n', 'line 1 is no user: it has to begin with "user NAME"'],
  ['user a\ton\n', 'line 1 has a control character in it'],
  ['user a on\nuser b on\nuser a off\n', 'line 3 defines a user that a line before it has defined'],
  ['user redis-lab on nopass\n', 'line 1 defines "redis-lab", which is the lab\'s own user'],
  ['', 'it has no users'],
  [' \n\n', 'it has no users'],
])('%j is refused', (text, problem) => {
  expect(readUsers(text).problems[0]).toBe(problem)
})

test('what is wrong is said without what stands there', () => {
  const { problems } = readUsers('user a on\n>geheim\n#geheim\ngeheim user\nuser geheim\nuser geheim\tgeheim')
  expect(problems).toHaveLength(4)
  expect(problems.join()).not.toContain('geheim')
})

test('the lab’s own user comes last, has all rights, and can be taken away again', () => {
  const users = 'user default off\n\nuser bob on nopass'
  const text = withOwnUser(users, { password: 'secret' })
  expect(text).toBe(`${users}\nuser redis-lab on #${hash('secret')} ~* &* +@all\n`)
  expect(withoutOwnUser(text)).toBe(users)
  expect(withOwnUser(text, { password: 'secret' })).toBe(text)
})
