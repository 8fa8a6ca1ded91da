import { expect, test } from 'vitest'
import { recipeFor, scrubbed } from '../../../src/release/make/recipe.js'

const libc = { malloc: 'libc', tls: false } as const
const redis = (version: string) => recipeFor({ engine: 'redis', version }, libc)
const valkey = (version: string) => recipeFor({ engine: 'valkey', version }, libc)

test('5.0 is compiled with the merging of common symbols that newer compilers no longer do', () => {
  expect(redis('5.0.0').variables).toMatchObject({ REDIS_CFLAGS: '-fcommon' })
  expect(redis('5.0.14').variables).toMatchObject({ REDIS_CFLAGS: '-fcommon' })
  expect(redis('6.0.0').variables).not.toHaveProperty('REDIS_CFLAGS')
})

test('a C++ compiler is asked for from 8.0 on', () => {
  expect(redis('7.4.9').needsCxx).toBe(false)
  expect(redis('8.0.0').needsCxx).toBe(true)
  expect(valkey('9.1.2').needsCxx).toBe(false)
})

test('targets are the two programs and nothing that builds modules', () => {
  expect(redis('8.8.1')).toMatchObject({ server: 'redis-server', cli: 'redis-cli' })
  expect(valkey('8.1.0')).toMatchObject({ server: 'valkey-server' })
})

test('from 8.10 on the modules are told to stay out, whatever the target', () => {
  expect(redis('8.8.1').variables).not.toHaveProperty('BUILD_WITH_MODULES')
  expect(redis('8.10.0').variables).toMatchObject({ BUILD_WITH_MODULES: 'no' })
})

test('TLS is built where it is asked for, and refused where the release has none', () => {
  const tls = { malloc: 'libc', tls: true } as const
  expect(redis('7.0.15').variables).not.toHaveProperty('BUILD_TLS')
  expect(recipeFor({ engine: 'redis', version: '6.0.0' }, tls).variables).toMatchObject({ BUILD_TLS: 'yes' })
  expect(recipeFor({ engine: 'valkey', version: '7.2.5' }, tls).variables).toMatchObject({ BUILD_TLS: 'yes' })
  expect(() => recipeFor({ engine: 'redis', version: '5.0.14' }, tls)).toThrow('redis 5.0.14 has no TLS')
})

test('the allocator is the one that was asked for', () => {
  const jemalloc = { malloc: 'jemalloc', tls: false } as const
  expect(recipeFor({ engine: 'redis', version: '7.0.15' }, jemalloc).variables).toMatchObject({
    MALLOC: 'jemalloc',
  })
})

test('flags of an outer make never reach this one', () => {
  expect(scrubbed).toEqual(expect.arrayContaining(['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'CFLAGS', 'DESTDIR', 'PREFIX']))
  expect(scrubbed).not.toContain('CC')
})
