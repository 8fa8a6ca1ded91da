import { expect, test } from 'vitest'
import { addressProblem, printable, releaseUrl } from '../../../src/release/download/address.js'
import { proxyFor } from '../../../src/release/download/proxy.js'

test('a release comes from its project, or from the mirror with or without a slash', () => {
  const redis = { engine: 'redis', version: '8.0.6' } as const
  const valkey = { engine: 'valkey', version: '9.1.1' } as const
  expect(releaseUrl(redis, undefined).href).toBe('https://download.redis.io/releases/redis-8.0.6.tar.gz')
  expect(releaseUrl(valkey, undefined).href).toBe('https://github.com/valkey-io/valkey/archive/refs/tags/9.1.1.tar.gz')
  expect(releaseUrl(redis, 'https://mirror.test/r').href).toBe('https://mirror.test/r/redis-8.0.6.tar.gz')
  expect(releaseUrl(valkey, 'https://mirror.test/r/').href).toBe('https://mirror.test/r/valkey-9.1.1.tar.gz')
})

test.each([
  ['http://127.0.0.1:8080/'],
  ['http://127.9.9.9/'],
  ['http://[::1]/'],
  ['http://localhost/'],
  ['https://a.test/'],
])('%s may be used', (url) => {
  expect(addressProblem(new URL(url))).toBeUndefined()
})

test.each([
  ['http://a.test/'],
  ['http://127.0.0.1.a.test/'],
  ['http://localhost.a.test/'],
  ['http://10.0.0.1/'],
  ['file:///etc/passwd'],
  ['ftp://a.test/'],
])('%s is refused', (url) => expect(addressProblem(new URL(url))).toBeDefined())

test.each([['http://a.test'], ['nonsense'], ['file:///x']])('a mirror %s is bad input', (mirror) => {
  expect(() => releaseUrl({ engine: 'redis', version: '8.0.6' }, mirror)).toThrow(
    expect.objectContaining({ code: 'bad-input' }),
  )
})

test('an address is shown without its password', () => {
  expect(printable(new URL('https://me:secret@a.test/x'))).toBe('https://a.test/x')
})

const https = new URL('https://download.test/x')
const through = (env: Record<string, string>, url = https) => proxyFor(url, env)?.href

test('the proxy is the one for the scheme, in either case, or the one for all', () => {
  expect(through({})).toBeUndefined()
  expect(through({ HTTPS_PROXY: 'http://p.test:1' })).toBe('http://p.test:1/')
  expect(through({ https_proxy: 'p.test:1' })).toBe('http://p.test:1/')
  expect(through({ HTTP_PROXY: 'http://p.test:1' })).toBeUndefined()
  expect(through({ HTTP_PROXY: 'http://p.test:1' }, new URL('http://127.0.0.1/'))).toBe('http://p.test:1/')
  expect(through({ ALL_PROXY: 'http://p.test:1' })).toBe('http://p.test:1/')
})

test.each([
  ['download.test', true],
  ['DOWNLOAD.test', true],
  ['.test', true],
  ['*.test', true],
  ['other.test, test', true],
  ['*', true],
  ['download.test:443', true],
  ['download.test:80', false],
  ['load.test', false],
  ['', false],
])('NO_PROXY=%s exempts the host: %s', (list, exempt) => {
  expect(through({ HTTPS_PROXY: 'http://p.test:1', NO_PROXY: list }) === undefined).toBe(exempt)
})

test('NO_PROXY takes an IPv6 address as people write it', () => {
  const env = { HTTP_PROXY: 'http://p.test:1', NO_PROXY: '::1,127.0.0.1' }
  expect(through(env, new URL('http://[::1]:80/'))).toBeUndefined()
  expect(through(env, new URL('http://127.0.0.1:9/'))).toBeUndefined()
})
