import { expect, test } from 'vitest'
import { recipeFor, scrubbed } from '../../../src/release/make/recipe.js'

const redis = (version: string) => recipeFor({ engine: 'redis', version, malloc: 'libc' })

test('5.0 is compiled with the merging of common symbols that newer compilers no longer do', () => {
  expect(redis('5.0.0').variables).toMatchObject({ REDIS_CFLAGS: '-fcommon' })
  expect(redis('5.0.14').variables).toMatchObject({ REDIS_CFLAGS: '-fcommon' })
  expect(redis('6.0.0').variables).not.toHaveProperty('REDIS_CFLAGS')
})

test('a C++ compiler is asked for from 8.0 on', () => {
  expect(redis('7.4.9').needsCxx).toBe(false)
  expect(redis('8.0.0').needsCxx).toBe(true)
  expect(recipeFor({ engine: 'valkey', version: '9.1.2', malloc: 'libc' }).needsCxx).toBe(false)
})

test('targets are the two programs and nothing that builds modules', () => {
  expect(redis('8.8.1')).toMatchObject({ server: 'redis-server', cli: 'redis-cli' })
  expect(recipeFor({ engine: 'valkey', version: '8.1.0', malloc: 'libc' })).toMatchObject({ server: 'valkey-server' })
})

test('the allocator is the one that was asked for', () => {
  expect(recipeFor({ engine: 'redis', version: '7.0.15', malloc: 'jemalloc' }).variables).toMatchObject({
    MALLOC: 'jemalloc',
  })
})

test('flags of an outer make never reach this one', () => {
  expect(scrubbed).toEqual(expect.arrayContaining(['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'CFLAGS', 'DESTDIR', 'PREFIX']))
  expect(scrubbed).not.toContain('CC')
})
