import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { meansTheSame, pinnedTo, readRequest } from '../../../src/release/request.js'
import { containing } from '../../release/matchers.js'
import { thrownBy } from '../support.js'

const known = {
  redis: { '7.0.15': 'y', '8.0.9': 'x', '8.0.10': 'x', '8.0.6': 'x', '10.2.0': 'z' },
  valkey: { '8.0.1': 'v', '9.1.0': 'v', '9.1.1': 'v' },
}
const read = (text: string | undefined, env = {}, sha256?: string) => readRequest(text, { env, known, sha256 })
const refusal = (text: string, sha256?: string) => thrownBy(() => read(text, {}, sha256))

function folder(files: Record<string, number>): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-lab-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  for (const [name, mode] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    writeFileSync(path.join(dir, name), '', { mode })
  }
  return dir
}

test('words and versions are told apart', () => {
  expect(read(undefined)).toEqual({ kind: 'default' })
  expect(read('system')).toEqual({ kind: 'system' })
  expect(read('distro')).toEqual({ kind: 'distro', engine: 'redis' })
  expect(read('8.0.6')).toEqual({ kind: 'official', engine: 'redis', version: '8.0.6' })
  expect(read('redis@8.0.6')).toEqual({ kind: 'official', engine: 'redis', version: '8.0.6' })
})

test.each([
  ['8.0', '8.0.10'],
  ['8', '8.0.10'],
  ['7', '7.0.15'],
  ['latest', '10.2.0'],
  ['redis@latest', '10.2.0'],
])('%s is the newest that is known of its kind, and says so', (text, version) => {
  expect(read(text)).toEqual({ kind: 'official', engine: 'redis', version, alias: text.replace('redis@', '') })
})

test.each(['1', '8.1', '9', '08.0', '8.0.', '8.x'])(
  '%s stands for nothing, and the nearest is offered',
  async (text) => {
    expect(await refusal(text)).toMatchObject({ code: 'release-unknown', hint: containing('Near it: ') })
  },
)

test('a release of Valkey is asked for with its name', () => {
  const valkey = { kind: 'official', engine: 'valkey', version: '9.1.1' }
  expect(read('valkey@9.1.1')).toEqual(valkey)
  expect(read('valkey@9.1')).toEqual({ ...valkey, alias: '9.1' })
  expect(read('valkey@latest')).toEqual({ ...valkey, alias: 'latest' })
})

test('a Valkey that cannot be verified is refused with the nearest, and with the other ways to it', async () => {
  const error = await refusal('valkey@9.1.9')
  expect(error).toMatchObject({ code: 'release-unknown', message: containing('Valkey 9.1.9') })
  for (const way of ['valkey@9.1.1', '--sha256', 'path', 'valkey@distro:'])
    expect(error).toMatchObject({ hint: containing(way) })
})

test('a source package is of this suite or another, and of either engine', () => {
  expect(read('valkey@distro')).toEqual({ kind: 'distro', engine: 'valkey' })
  expect(read('distro:trixie')).toEqual({ kind: 'distro', engine: 'redis', suite: 'trixie' })
  expect(read('valkey@distro:sid')).toEqual({ kind: 'distro', engine: 'valkey', suite: 'sid' })
})

test.each([
  ['distro:sid/valkey', 'Did you mean valkey@distro:sid?'],
  ['distro:sid@valkey', 'Did you mean valkey@distro:sid?'],
  ['distro:', 'distro:trixie'],
  ['distro:-o=x', 'distro:trixie'],
  ['distro:../x', 'distro:trixie'],
  ['distro:a b', 'distro:trixie'],
])('%j names no suite', async (text, hint) => {
  expect(await refusal(text)).toMatchObject({ code: 'release-unknown', hint: containing(hint) })
})

const sum = 'AB'.repeat(32)

test('an address comes with the sha256 that is expected, and neither goes without the other', async () => {
  const address = 'https://a.test/valkey-9.1.2.tar.gz'
  expect(read(address, {}, sum)).toEqual({ kind: 'url', url: new URL(address), sha256: sum.toLowerCase() })
  expect(await refusal(address)).toMatchObject({ code: 'bad-input', message: containing('needs --sha256') })
  expect(await refusal('8.0.6', sum)).toMatchObject({ code: 'bad-input', message: containing('belongs to an address') })
})

test.each([
  ['http://a.test/x.tar.gz', 'this machine itself only'],
  ['ftp://a.test/x.tar.gz', 'not https'],
  ['file:///x.tar.gz', 'not https'],
  ['https://', 'not an address'],
  ['https://user:secret@a.test/x.tar.gz', 'a password'],
  ['https://a.test/x.tar.xz', '.tar.xz'],
  ['https://a.test/x.zip', '.zip'],
])('the address %s is refused', async (text, reason) => {
  const error = await refusal(text, sum)
  expect(error).toMatchObject({ code: 'release-unknown', message: containing(reason) })
  expect(JSON.stringify(error)).not.toContain('secret')
})

test('what asks for the newest is pinned to the build that it came to; what asks for one thing stays', () => {
  const build = { engine: 'redis', version: '8.0.6' } as const
  for (const text of ['8.0', '8', 'latest', 'redis@8']) expect(pinnedTo(text, build)).toBe('8.0.6')
  for (const text of ['8.0.6', 'distro', 'valkey@distro:sid', 'https://a.test/x', './8', undefined])
    expect(pinnedTo(text, build)).toBe(text)
})

test.each([
  ['8.0.6', true],
  ['redis@8.0.6', true],
  ['valkey@9.1.2', true],
  ['distro', true],
  ['distro:trixie', true],
  ['valkey@distro:sid', true],
  ['system', true],
  // What was the newest then is one version later.
  ['8.0', false],
  ['latest', false],
  ['./8.0.6', false],
  ['/opt/redis', false],
  ['distro:../x', false],
  ['valkey@system', false],
  ['https://a.test/x.tar.gz', false],
  ['', false],
])('%s asks for the same wherever it is said: %s', (text, same) => {
  expect(meansTheSame(text)).toBe(same)
})

test('an unknown version suggests the nearest one', () => {
  expect(() => read('8.0.5')).toThrow(
    expect.objectContaining({ code: 'release-unknown', exitCode: 2, hint: containing('8.0.6') }),
  )
  expect(() => read('v8.0')).toThrow(expect.objectContaining({ hint: containing('8.0.10') }))
})

test('a path that leads nowhere and a word that means nothing are told apart', () => {
  expect(() => read('./nowhere')).toThrow(/there is nothing at/)
  expect(() => read('nonsense')).toThrow(/^unknown release /)
  expect(() => read('toString')).toThrow(/^unknown release /)
})

test('a built tree is used as it is, even if its sources are there too', () => {
  const dir = folder({ 'src/Makefile': 0o644, 'src/redis-server': 0o755, 'src/redis-cli': 0o755 })
  const programs = { server: path.join(dir, 'src/redis-server'), cli: path.join(dir, 'src/redis-cli') }
  expect(read(dir)).toEqual({ kind: 'built', programs, path: dir })
  expect(read(programs.server)).toEqual({ kind: 'built', programs, path: programs.server })
})

test.each(['bin', '.'])('the programs of Valkey are found in %s', (place) => {
  const dir = folder({ [`${place}/valkey-server`]: 0o755, [`${place}/valkey-cli`]: 0o755 })
  expect(read(dir)).toMatchObject({ kind: 'built', programs: { server: path.join(dir, place, 'valkey-server') } })
})

test('a source tree and a tarball are recognised, and ~ is the home of the given environment', () => {
  const dir = folder({ 'tree/src/Makefile': 0o644, 'redis.tar.gz': 0o644 })
  expect(read('~/tree', { HOME: dir })).toEqual({ kind: 'source-tree', dir: path.join(dir, 'tree') })
  expect(read(path.join(dir, 'redis.tar.gz'))).toEqual({ kind: 'tarball', file: path.join(dir, 'redis.tar.gz') })
})

test('what is neither is refused with what would be taken', () => {
  const dir = folder({ 'x.tar.xz': 0o644, 'x.txt': 0o644, 'lonely/redis-server': 0o755 })
  expect(() => read(dir)).toThrow(/neither a Redis source tree/)
  expect(() => read(path.join(dir, 'x.tar.xz'))).toThrow(/packed in a way/)
  expect(() => read(path.join(dir, 'x.txt'))).toThrow(/neither a .tar.gz nor a program/)
  expect(() => read(path.join(dir, 'lonely/redis-server'))).toThrow(/no redis-cli beside/)
})
