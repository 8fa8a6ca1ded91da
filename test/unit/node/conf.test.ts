import { expect, test } from 'vitest'
import { renderConf, type ConfInput } from '../../../src/node/index.js'
import { quoteConfValue } from '../../../src/node/quote.js'

const input: ConfInput = {
  lab: 'one',
  name: 'm1',
  port: 6001,
  dir: '/labs/one/6001',
  build: { engine: 'redis', version: '8.0.6' },
  set: [],
}
const directives = (change: Partial<ConfInput> = {}): string[] =>
  renderConf({ ...input, ...change })
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

test('a node has at least the five directives of a minimal cluster node, and those the lab relies on', () => {
  expect(directives()).toEqual(
    expect.arrayContaining([
      'port 6001',
      'cluster-enabled yes',
      'cluster-config-file nodes.conf',
      'cluster-node-timeout 5000',
      'appendonly yes',
      'bind 127.0.0.1',
      'dir "/labs/one/6001"',
      'logfile redis.log',
      'repl-diskless-sync-delay 0',
    ]),
  )
})

test('the file says whose it is, leaves no blank to fill in, and ends with a line break', () => {
  const text = renderConf(input)
  expect(text).toMatch(/^# Node m1 of the redis-lab "one"\./)
  expect(text).not.toContain('{{')
  expect(text).toMatch(/[^\n]\n$/)
})

test.each<[ConfInput['build']['engine'], string, boolean]>([
  ['redis', '5.0.5', false],
  ['redis', '6.2.16', false],
  ['redis', '7.0.0', true],
  ['redis', '8.10.1', true],
  ['valkey', '7.2.5', true],
  ['valkey', '9.1.2', true],
])('%s %s allows DEBUG in words: %s', (engine, version, allows) => {
  const text = renderConf({ ...input, build: { engine, version } })
  expect(text.split('\n').filter((line) => /enable-debug-command/.test(line))).toEqual(
    allows ? ['enable-debug-command local'] : [],
  )
  // What is said about a line goes with it.
  expect(text.includes('# DEBUG')).toBe(allows)
  expect(text).not.toContain('{{')
})

test('a directive that is set takes the place of one that only some versions have', () => {
  const set = [{ name: 'enable-debug-command', value: 'no' }]
  expect(directives({ set }).filter((line) => line.startsWith('enable-debug'))).toEqual(['enable-debug-command no'])
})

test('a directive that is set takes the place of the one in the template', () => {
  const lines = directives({ set: [{ name: 'appendonly', value: 'no' }] })
  expect(lines.filter((line) => line.startsWith('appendonly'))).toEqual(['appendonly no'])
})

test('a directive that the template does not have is added', () => {
  expect(directives({ set: [{ name: 'maxmemory', value: '100mb' }] }).at(-1)).toBe('maxmemory 100mb')
})

test('a directive that is set twice stands there twice, in the order given, and the template has none left', () => {
  const set = [
    { name: 'save', value: '900 1' },
    { name: 'maxmemory', value: '1mb' },
    { name: 'save', value: '300 10' },
  ]
  expect(directives({ set }).slice(-3)).toEqual(['save 900 1', 'maxmemory 1mb', 'save 300 10'])
  expect(directives({ set }).filter((line) => line.startsWith('save'))).toHaveLength(2)
})

test('a directive is replaced by its whole name only', () => {
  expect(directives({ set: [{ name: 'cluster-node', value: '1' }] })).toContain('cluster-node-timeout 5000')
})

test.each([
  ['/plain', '"/plain"'],
  ['/with space', '"/with space"'],
  ['/a"b', String.raw`"/a\"b"`],
  ['/a\\b', String.raw`"/a\\b"`],
  ['/a\nport 1', String.raw`"/a\x0aport 1"`],
  ['/zoë', String.raw`"/zo\xc3\xab"`],
  ['/\u007f\t', String.raw`"/\x7f\x09"`],
  ['/火', String.raw`"/\xe7\x81\xab"`],
  ["/it's", `"/it's"`],
])('the folder %j is written %s', (dir, quoted) => {
  expect(quoteConfValue(dir)).toBe(quoted)
  expect(directives({ dir })).toContain(`dir ${quoted}`)
})

test('a folder that looks like a blank of the template, or like a replacement, stays what it is', () => {
  expect(directives({ dir: "/{{port}}/$&$'" })).toContain(`dir "/{{port}}/$&$'"`)
})

const tls = { ca: '/labs/one/tls/ca.crt', cert: '/labs/one/tls/node.crt', key: '/labs/one/tls/node.key' }

test('with TLS a node has no other port, and speaks nothing else on its bus and to its master', () => {
  const lines = directives({ tls })
  expect(lines.filter((line) => /port /.test(line))).toEqual(['port 0', 'tls-port 6001'])
  expect(lines).toEqual(
    expect.arrayContaining([
      'tls-cluster yes',
      'tls-replication yes',
      'tls-ca-cert-file "/labs/one/tls/ca.crt"',
      'tls-cert-file "/labs/one/tls/node.crt"',
      'tls-key-file "/labs/one/tls/node.key"',
      'tls-auth-clients no',
    ]),
  )
  const text = renderConf({ ...input, tls })
  expect(text).toMatch(/^# Node m1 of the redis-lab "one"\./)
  expect(text).not.toContain('{{')
})

test('everything else is as without TLS, and nothing of TLS stands there without it', () => {
  const [plain, secure] = [directives(), directives({ tls })]
  expect(secure.filter((line) => !/^(tls-|port )/.test(line))).toEqual(plain.filter((line) => line !== 'port 6001'))
  expect(plain.filter((line) => line.startsWith('tls-'))).toEqual([])
})

test('what a user sets of TLS takes the place of what the lab would have', () => {
  const lines = directives({ tls, set: [{ name: 'tls-auth-clients', value: 'yes' }] })
  expect(lines.filter((line) => line.startsWith('tls-auth-clients'))).toEqual(['tls-auth-clients yes'])
})

test('a folder with a quote and letters of any language is written as Redis reads it', () => {
  const lines = directives({ tls: { ...tls, key: '/l"à/node.key' } })
  expect(lines).toContain(String.raw`tls-key-file "/l\"\xc3\xa0/node.key"`)
})
