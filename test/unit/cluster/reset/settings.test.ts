import { expect, test } from 'vitest'
import { settingsFrom } from '../../../../src/cluster/verbs/reset/baseline.js'
import { commandInWords, corrections, type Settings } from '../../../../src/cluster/verbs/reset/settings.js'

const plain: Settings = {
  config: {
    maxmemory: '0',
    save: '',
    requirepass: '',
    'replica-read-only': 'yes',
    'slave-read-only': 'yes',
    replicaof: '',
    'only-then': '1',
  },
  users: ['user default on nopass ~* &* +@all'],
}
const now = (config: Record<string, string>, users = plain.users): Settings => ({
  config: { ...plain.config, ...config },
  users,
})

test('what is the same needs nothing, and a role is nobody’s wish', () => {
  expect(corrections(plain, plain)).toEqual([])
  expect(corrections(now({ replicaof: '127.0.0.1 6001' }), plain)).toEqual([])
})

test('a directive that was changed is set back; one that the node does not know is left', () => {
  const { 'only-then': _, ...known } = plain.config
  const changed = { config: { ...known, maxmemory: '100', save: '60 1' }, users: plain.users }
  expect(corrections(changed, plain)).toEqual([
    { command: ['CONFIG', 'SET', 'maxmemory', '0'], words: 'maxmemory was 100: set back to 0' },
    { command: ['CONFIG', 'SET', 'save', ''], words: 'save was 60 1: set back to nothing' },
  ])
})

test('a directive with two names is told of once', () => {
  const both = corrections(now({ 'replica-read-only': 'no', 'slave-read-only': 'no' }), plain)
  expect(both.map(({ words }) => words)).toEqual(['replica-read-only was no: set back to yes', undefined])
})

test.each([
  ['busy-reply-threshold', 'lua-time-limit'],
  ['hash-max-listpack-entries', 'hash-max-ziplist-entries'],
  ['server-cpulist', 'server_cpulist'],
  ['commandlog-slow-execution-max-len', 'slowlog-max-len'],
])('%s is told of, and not %s again', (name, before) => {
  const [was, is] = [
    { [name]: '1', [before]: '1' },
    { [name]: '2', [before]: '2' },
  ]
  const told = corrections({ config: is, users: [] }, { config: was, users: [] }).map(({ words }) => words)
  expect(told.filter((words) => words !== undefined)).toEqual([`${name} was 2: set back to 1`])
  // Where the other name is not known yet, this one is told of.
  const old = corrections({ config: { [before]: '2' }, users: [] }, { config: { [before]: '1' }, users: [] })
  expect(old[0]?.words).toBe(`${before} was 2: set back to 1`)
})

test('no secret is told', () => {
  expect(corrections(now({ requirepass: 'hidden' }), plain)[0]?.words).toBe(
    'requirepass was a secret: set back to nothing',
  )
})

test('users are set back by their whole line, selectors and all, and strangers are deleted', () => {
  const wanted = { ...plain, users: ['user app on #ab12 ~app:* &* -@all +get (~other:* -@all +set)', ...plain.users] }
  const changed = now({}, ['user default off nopass ~* &* +@all', 'user eve on nopass ~* &* +@all'])
  expect(corrections(changed, wanted)).toEqual([
    {
      command: [
        ...['ACL', 'SETUSER', 'app', 'reset', 'on', '#ab12', '~app:*', '&*', '-@all', '+get'],
        '(~other:* -@all +set)',
      ],
      words: 'the user app was deleted: it is as before',
    },
    {
      command: ['ACL', 'SETUSER', 'default', 'reset', 'on', 'nopass', '~*', '&*', '+@all'],
      words: 'the user default was changed: it is as before',
    },
    { command: ['ACL', 'DELUSER', 'eve'], words: 'the user eve was added: it is deleted' },
  ])
})

test('that a user’s payloads are checked goes without saying', () => {
  expect(corrections(now({}, ['user default on nopass sanitize-payload ~* &* +@all']), plain)).toEqual([])
})

test('replies are read in pairs; before 6.0 there are no users', () => {
  expect(settingsFrom(['a', '1', 'b', ''], null)).toEqual({ config: { a: '1', b: '' }, users: [] })
})

test('what was refused is told without passwords and without the rules of users', () => {
  expect(commandInWords(['CONFIG', 'SET', 'requirepass', 'geheim'])).toBe('CONFIG SET requirepass a secret')
  expect(commandInWords(['CONFIG', 'SET', 'hz', '20'])).toBe('CONFIG SET hz 20')
  expect(commandInWords(['ACL', 'SETUSER', 'bob', 'reset', '>geheim'])).toBe('ACL SETUSER bob')
})

test('a directive that Valkey lists under its old name too is told of once', () => {
  const before = { config: { masterauth: 'a', primaryauth: 'a' }, users: [] }
  const changed = corrections({ ...before, config: { masterauth: 'b', primaryauth: 'b' } }, before)
  expect(changed.map(({ words }) => words)).toEqual([undefined, 'primaryauth was a secret: set back to a secret'])
})
