import { statSync, chmodSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  readDirective,
  renderConf,
  withoutPasswords,
  writeNodeFolder,
  type Access,
  type ConfInput,
} from '../../../src/node/index.js'
import { labShape, parseOptions } from '../../../src/spec/index.js'
import { anyText } from '../properties/arbitraries.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()
const input: ConfInput = {
  lab: 'one',
  name: 'm1',
  port: 6001,
  dir: '/x',
  build: { engine: 'redis', version: '7.0.15' },
  set: [],
}
const confOf = (access: Access) => renderConf({ ...input, access })
const isTaken = (password: string): boolean => {
  try {
    parseOptions({ password: labShape.password }, { password })
    return true
  } catch {
    return false
  }
}

const nasty = [
  'with space',
  ' a "quote" ',
  "it's",
  'back\\slash\\',
  '-leading',
  '# no comment',
  'ünï ✓ 𝄞',
  '""',
  '\\x41',
]

test.each(nasty)('the password %j is in redis.conf what it is, for clients and for replicas', (password) => {
  const text = confOf({ user: { password } })
  expect(readDirective(text, 'requirepass')).toBe(password)
  expect(readDirective(text, 'masterauth')).toBe(password)
})

test('whatever password is taken, it is in two lines of redis.conf and in none of what is shown of it', () => {
  fc.assert(
    fc.property(anyText.filter(isTaken), (password) => {
      const text = confOf({ user: { password } })
      expect(readDirective(text, 'requirepass')).toBe(password)
      expect(text.split('\n').length).toBe(confOf({ user: { password: 'x' } }).split('\n').length)
      expect(withoutPasswords(text)).toBe(withoutPasswords(confOf({ user: { password: 'x' } })))
    }),
    { numRuns: 300 },
  )
})

test('a lab that asks for nothing says nothing about it', () => {
  expect(confOf({})).toBe(renderConf(input))
  expect(confOf({})).not.toMatch(/requirepass|masterauth|aclfile/)
})

test('users are in a file of the node, and replicas are the user of the lab', () => {
  const text = confOf({ user: { name: 'redis-lab', password: 'secret' } })
  expect(readDirective(text, 'aclfile')).toBe('users.acl')
  expect(readDirective(text, 'masteruser')).toBe('redis-lab')
  expect(readDirective(text, 'masterauth')).toBe('secret')
  expect(text).not.toContain('requirepass')
})

test('however a password is written in redis.conf, what is shown of it has none', () => {
  const text = ' RequirePass "a b"\nmasterauth x\nprimaryauth y\n\ttls-key-file-pass z\n# requirepass of old\nport 1\n'
  expect(withoutPasswords(text)).toBe(
    ' RequirePass ***\nmasterauth ***\nprimaryauth ***\n\ttls-key-file-pass ***\n# requirepass of old\nport 1\n',
  )
})

test('a redis.conf with a password is its owner’s alone, also one that was open to others before', () => {
  const dir = temp('6001')
  const conf = { ...input, dir, access: { user: { password: 'secret' } } }
  const file = temp('6001', 'redis.conf')
  const modeOf = (name: string) => statSync(name).mode & 0o777
  writeNodeFolder(conf, { rewrite: false })
  expect(modeOf(file)).toBe(0o600)
  chmodSync(file, 0o644)
  writeNodeFolder(conf, { rewrite: false })
  expect(modeOf(file)).toBe(0o600)
  chmodSync(file, 0o644)
  writeNodeFolder({ ...conf, set: [{ name: 'hz', value: '20' }] }, { rewrite: true })
  expect([modeOf(file), modeOf(`${file}.previous`)]).toEqual([0o600, 0o600])
  expect(readFileSync(`${file}.previous`, 'utf8')).not.toContain('hz 20')
})
