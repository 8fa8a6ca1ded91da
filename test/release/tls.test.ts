/** What was built elsewhere may be without TLS, and nobody is to find that out from a server that does not start. */
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { install } from '../../src/release/install.js'
import type { Build } from '../../src/release/index.js'
import { tlsRefusal } from '../../src/release/tls.js'
import { mostBuildMs, tlsBuild } from '../support/tls.js'
import { containing, including } from './matchers.js'
import { fakeRelease, realPrograms, recorder, tempDir, toolPath } from './support.js'

let secure: Build
beforeAll(async () => {
  secure = await tlsBuild()
}, mostBuildMs)

const nowhere = 'http://127.0.0.1:1/'
const libc = (redis?: string) => ({ redis, malloc: 'libc' }) as const
const withTls = (redis?: string) => ({ ...libc(redis), tls: true })
/** A PATH on which these two programs are the machine's own. */
const systemPath = ({ server, cli }: Build) =>
  toolPath({ 'redis-server': `exec ${server} "$@"`, 'redis-cli': `exec ${cli} "$@"` })
const folderOf = ({ server }: Build) => path.dirname(path.dirname(server))

test('a server tells whether it has TLS, and leaves nothing behind', async () => {
  expect(await tlsRefusal(secure.server)).toBeUndefined()
  expect(await tlsRefusal(realPrograms().server)).toEqual(expect.arrayContaining([expect.any(String)]))
})

test('a built tree without TLS is refused, and one with TLS is taken', async () => {
  const context = recorder()
  await expect(install(withTls(folderOf(realPrograms())), context)).rejects.toMatchObject({
    code: 'release-unknown',
    message: containing('was built without TLS'),
    hint: containing('BUILD_TLS=yes'),
  })
  expect(await install(withTls(folderOf(secure)), context)).toMatchObject({ server: secure.server })
  expect(await install(libc(folderOf(secure)), context), 'it need not be used').toMatchObject({ server: secure.server })
})

test('so is the Redis on PATH', async () => {
  await expect(install(withTls('system'), recorder({ PATH: systemPath(realPrograms()) }))).rejects.toMatchObject({
    code: 'release-unknown',
    message: containing('was built without TLS'),
  })
  const { source } = await install(withTls('system'), recorder({ PATH: systemPath(secure) }))
  expect(source).toBe('system')
})

test('the default never comes down to a Redis without TLS', async () => {
  const { world } = await fakeRelease()
  const context = recorder({ REDIS_LAB_MIRROR: nowhere, PATH: systemPath(realPrograms()) })
  await expect(install(withTls(), context, world)).rejects.toMatchObject({
    code: 'release-unreachable',
    message: 'no Redis could be had from any source',
    details: including(containing('was built without TLS')),
  })
  // Without TLS the same machine has one, and what was found for the one wish is not taken for the other.
  expect(await install(libc(), context, world)).toMatchObject({ source: 'system' })
  await expect(install(withTls(), context, world)).rejects.toMatchObject({ code: 'release-unreachable' })
  const other = recorder({ REDIS_LAB_MIRROR: nowhere, PATH: systemPath(secure) })
  expect(await install(withTls(), other, world)).toMatchObject({ source: 'system' })
})

test('a tree that is too old for TLS is called so, and told what has it', async () => {
  const dir = path.join(tempDir(), 'bin')
  mkdirSync(dir)
  symlinkSync(realPrograms().cli, path.join(dir, 'redis-cli'))
  const old = toolPath({ 'redis-server': 'echo "Redis server v=5.0.14 sha=00000000:0 malloc=libc bits=64"' })
  symlinkSync(path.join(old, 'redis-server'), path.join(dir, 'redis-server'))
  await expect(install(withTls(dir), recorder())).rejects.toMatchObject({
    code: 'release-unknown',
    message: 'redis 5.0.14 has no TLS',
    hint: containing('Redis 6.0'),
  })
})

test('headers of OpenSSL that are missing are told before anything is downloaded, with the package that has them', async () => {
  const { archive, world } = await fakeRelease()
  const cc =
    'case "$*" in *openssl*) echo "<command-line>: fatal error: openssl/ssl.h: No such file or directory" >&2; exit 1;; esac; exit 0'
  const context = recorder({ PATH: toolPath({ cc }, { without: ['cc', 'gcc'] }) })
  await expect(install(withTls(archive), context, world)).rejects.toMatchObject({
    code: 'tools-missing',
    message: containing('OpenSSL'),
    hint: expect.stringMatching(/^openssl\/ssl\.h is missing; .*(ssl|openssl)/) as string,
  })
  expect(context.types()).toEqual([])
  await expect(install(libc(archive), context, world), 'without TLS nobody needs them').resolves.toMatchObject({
    engine: 'redis',
  })
})
