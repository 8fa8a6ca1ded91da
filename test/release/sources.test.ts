/** Releases by alias, by address and by suite, from sources that build in no time. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as tar from 'tar'
import { expect, test } from 'vitest'
import { install } from '../../src/release/install.js'
import {
  aptGet,
  configureApt,
  expectNothingBuilt,
  fakeRelease,
  realPrograms,
  recorder,
  serve,
  tempDir,
  toolPath,
} from './support.js'
import { containing, including } from './matchers.js'

const libc = (redis: string, sha256?: string) => ({ redis, sha256, malloc: 'libc' as const })
const builtIn = (cacheDir: string) => readdirSync(path.join(cacheDir, 'builds'))

test('an alias is one version before anything is looked up, and is said to be', async () => {
  const { bytes, world, version } = await fakeRelease()
  const { base, requests } = await serve((_request, response) => void response.end(bytes))
  const context = recorder({ REDIS_LAB_MIRROR: base })
  const older = { ...world, checksums: { redis: { ...world.checksums.redis, '5.0.5': 'x', '1.0.0': 'x' }, valkey: {} } }
  const build = await install(libc('latest'), context, older)
  expect(build).toMatchObject({ version, source: `official release ${version}` })
  expect(requests.map(({ url }) => url)).toEqual([`/redis-${version}.tar.gz`])
  expect(context.events.at(-1)).toMatchObject({ type: 'release-ready', what: containing(version), alias: 'latest' })

  const line = version.split('.').slice(0, 2).join('.')
  expect(await install(libc(line), context, older)).toEqual(build)
  expect(context.events.at(-1)).toMatchObject({ alias: line, cached: true })
  await install(libc(version), context, older)
  expect(context.events.at(-1)).not.toHaveProperty('alias')
})

test('an address with its sha256 is downloaded, made and proven once, and is the same build as the file itself', async () => {
  const { bytes, sha256, archive, world, version } = await fakeRelease()
  const { base, requests } = await serve((_request, response) => void response.end(bytes))
  const address = `${base}some/release.tar.gz`
  const context = recorder()
  const build = await install(libc(address, sha256.toUpperCase()), context, world)
  expect(build).toMatchObject({ version, source: address })
  expect(await install(libc(address, sha256), context, world)).toEqual(build)
  expect(await install(libc(archive), context, world)).toEqual({ ...build, source: archive })
  expect(requests).toHaveLength(1)
  expect(context.events.filter(({ type }) => type === 'build-started')).toHaveLength(1)
})

test('what has another sha256 than was given is refused, and nothing of it is kept', async () => {
  const { bytes, world } = await fakeRelease()
  const { base } = await serve((_request, response) => void response.end(bytes))
  const context = recorder()
  await expect(install(libc(`${base}x.tar.gz`, '0'.repeat(64)), context, world)).rejects.toMatchObject({
    code: 'checksum-mismatch',
    hint: containing('--sha256'),
    details: including(containing('0'.repeat(64))),
  })
  expectNothingBuilt(context.cacheDir)
})

test('an address that cannot be reached, or has nothing, is an error, and no other source is tried', async () => {
  const { world, sha256, archive } = await fakeRelease()
  configureApt(world.aptDir)
  const { base } = await serve((_request, response) => void response.writeHead(404).end())
  const context = recorder({ PATH: toolPath({ 'apt-get': aptGet(archive) }) })
  for (const [address, sentence] of [
    ['http://127.0.0.1:1/x.tar.gz', '127.0.0.1:1 could not be reached'],
    [`${base}x.tar.gz`, 'does not exist'],
  ] as const)
    await expect(install(libc(address, sha256), context, world)).rejects.toMatchObject({
      code: 'release-unreachable',
      message: containing(sentence),
      hint: expect.not.stringContaining('REDIS_LAB_MIRROR') as string,
    })
  expect(context.types()).not.toContain('release-fallback')
  expectNothingBuilt(context.cacheDir)
})

test('an address without a sha256 touches nothing', async () => {
  const { base, requests } = await serve((_request, response) => void response.end())
  const context = recorder()
  await expect(install(libc(`${base}x.tar.gz`), context)).rejects.toMatchObject({ code: 'bad-input', exitCode: 2 })
  expect(requests).toEqual([])
})

test('a suite is asked for at the mirror of this machine, and once', async () => {
  const { archive, world, version } = await fakeRelease()
  configureApt(world.aptDir)
  const seen = path.join(tempDir(), 'seen')
  const look = `echo "$@" >> ${seen}; cat ../sources/* >> ${seen}`
  const context = recorder({ PATH: toolPath({ 'apt-get': aptGet(archive, look), cat: 'exec /bin/cat "$@"' }) })
  const build = await install(libc('distro:trixie'), context, world)
  expect(build).toMatchObject({ version, source: `distribution source ${version} (trixie)` })
  const asked = readFileSync(seen, 'utf8')
  expect(asked).toContain('source --download-only --tar-only redis\n')
  expect(asked).toContain('deb-src http://mirror.test/debian trixie main\n')
  expect(asked).not.toContain('stable')

  expect(await install(libc('distro:trixie'), context, world)).toEqual(build)
  expect(readFileSync(seen, 'utf8')).toBe(asked)
  // Another suite is asked anew; here it comes to the same sources, and those are made already.
  const same = await install(libc('distro:sid'), context, world)
  expect(same).toEqual({ ...build, source: `distribution source ${version} (sid)` })
  expect(context.events.filter(({ type }) => type === 'build-started')).toHaveLength(1)
  await install(libc('valkey@distro:sid'), context, world)
  expect(readFileSync(seen, 'utf8')).toContain('source --download-only --tar-only valkey\n')
})

test('a suite that the mirror does not carry, and one without the package, are told apart', async () => {
  const { world } = await fakeRelease()
  configureApt(world.aptDir)
  const fails = 'echo "E: Unable to find a source package for redis" >&2; exit 100'
  const carried = `[ "$2" = update ] && echo > ../lists/mirror.test_debian_dists_sid_InRelease; ${fails}`
  for (const [script, sentence] of [
    [fails, 'the suite sid is not on the mirror'],
    [carried, 'the suite sid has no source package redis'],
  ] as const) {
    const context = recorder({ PATH: toolPath({ 'apt-get': script }) })
    await expect(install(libc('distro:sid'), context, world)).rejects.toMatchObject({
      code: 'release-unreachable',
      message: containing(sentence),
      details: ['E: Unable to find a source package for redis'],
    })
    expectNothingBuilt(context.cacheDir)
  }
})

test('a source package that was packed anew, or whose libraries were taken out, is refused in words', async () => {
  const { archive, world } = await fakeRelease()
  configureApt(world.aptDir)
  const xz = '[ "$2" = source ] && echo > x_8.1.1+dfsg1.orig.tar.xz; exit 0'
  const context = recorder({ PATH: toolPath({ 'apt-get': xz }) })
  await expect(install(libc('valkey@distro:trixie'), context, world)).rejects.toMatchObject({
    code: 'release-unreachable',
    message: containing('valkey of trixie is packed as .tar.xz'),
    hint: containing('--sha256'),
  })

  const dir = tempDir()
  await tar.extract({ file: archive, cwd: dir, filter: (name) => !name.includes('/deps/') })
  const stripped = path.join(tempDir(), 'stripped.tar.gz')
  await tar.create({ file: stripped, cwd: dir, gzip: true }, readdirSync(dir))
  const other = recorder({ PATH: toolPath({ 'apt-get': aptGet(stripped) }) })
  await expect(install(libc('distro:trixie'), other, world)).rejects.toMatchObject({
    code: 'release-broken',
    message: containing('without the libraries'),
  })
  expectNothingBuilt(other.cacheDir)
})

test('a build with TLS is another build, told to make, and one that make left without it is refused', async () => {
  const seen = path.join(tempDir(), 'seen')
  const { archive, world } = await fakeRelease({ serverRecipe: `echo "[$(BUILD_TLS)]" >> ${seen}` })
  const context = recorder()
  await install(libc(archive), context, world)
  // The programs that this "build" copies have no TLS.
  await expect(install({ ...libc(archive), tls: true }, context, world)).rejects.toMatchObject({
    code: 'release-broken',
    details: including(containing('tls-port')),
  })
  expect(readFileSync(seen, 'utf8')).toBe('[]\n[yes]\n')
  expect(builtIn(context.cacheDir)).toEqual([expect.stringMatching(/^local-[0-9a-f]{16}-libc$/)])
})

test('a header that is missing comes with the package that has it', async () => {
  const fails = 'echo "tls.c:32:10: fatal error: openssl/ssl.h: No such file or directory"; exit 1'
  const { archive, world } = await fakeRelease({ serverRecipe: `@${fails}` })
  const context = recorder()
  await expect(install(libc(archive), context, world)).rejects.toMatchObject({
    code: 'build-failed',
    hint: expect.stringMatching(/^openssl\/ssl\.h is missing; .*ssl.* The whole log is \/\S+\.$/) as string,
    details: including('tls.c:32:10: fatal error: openssl/ssl.h: No such file or directory'),
  })
})

test('a release that is too old for TLS says so before anything is downloaded', async () => {
  const { world } = await fakeRelease()
  const { base, requests } = await serve((_request, response) => void response.end())
  const old = { ...world, checksums: { redis: { '5.0.14': 'x' }, valkey: {} } }
  const context = recorder({ REDIS_LAB_MIRROR: base })
  await expect(install({ ...libc('5.0.14'), tls: true }, context, old)).rejects.toMatchObject({
    code: 'release-unknown',
    message: containing('no TLS'),
  })
  expect(requests).toEqual([])
})

test('a sha256 with anything but an address is refused', async () => {
  await expect(install(libc(realPrograms().server, '0'.repeat(64)), recorder())).rejects.toMatchObject({
    code: 'bad-input',
    message: containing('belongs to an address'),
  })
})
