import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import * as tar from 'tar'
import { expect, test } from 'vitest'
import { install } from '../../src/release/install.js'
import {
  aptGet as distroScript,
  configureApt,
  expectNothingBuilt,
  fakeRelease,
  realPrograms,
  recorder,
  serve,
  tempDir,
  toolPath,
} from './support.js'
import { containing, including, matching } from './matchers.js'

const libc = (redis?: string) => ({ redis, malloc: 'libc' as const })

/** A port on which nobody listens is refused at once: the host that cannot be reached. */
const nowhere = 'http://127.0.0.1:1/'

test('the default release is downloaded, made and proven once; after that the cache answers without a network', async () => {
  const { bytes, world, version } = await fakeRelease()
  const { base, requests } = await serve((_request, response) => void response.end(bytes))
  const context = recorder({ REDIS_LAB_MIRROR: base })
  const build = await install(libc(), context, world)
  expect(build).toMatchObject({ engine: 'redis', version, source: `official release ${version}` })
  expect(context.types()).toEqual([
    ...['download-started', 'download-progress', 'download-done', 'unpack-started'],
    ...['build-started', 'build-progress', 'release-ready'],
  ])
  const dir = path.dirname(path.dirname(build.server))
  expect(readdirSync(dir).sort()).toEqual(['COPYING', 'bin', 'build.log', 'manifest.json', 'src', 'utils'])
  expect(readdirSync(path.dirname(dir))).toEqual([path.basename(dir)])

  expect(await install(libc(), context, world)).toEqual(build)
  expect(await install(libc(version), context, world)).toEqual(build)
  expect(requests).toHaveLength(1)
  expect(context.events.at(-1)).toMatchObject({ type: 'release-ready', cached: true })
})

test('a wrong checksum is an error, and no other source is tried in its place', async () => {
  const { bytes, world, archive } = await fakeRelease()
  configureApt(world.aptDir)
  const { base } = await serve((_request, response) => void response.end(Buffer.concat([bytes, Buffer.from('!')])))
  const context = recorder({ REDIS_LAB_MIRROR: base, PATH: toolPath({ 'apt-get': distroScript(archive) }) })
  await expect(install(libc(), context, world)).rejects.toMatchObject({ code: 'checksum-mismatch' })
  expect(context.types()).not.toContain('release-fallback')
  expectNothingBuilt(context.cacheDir)
})

test('a release that the server does not have is an error, and no other source is tried in its place', async () => {
  const { world } = await fakeRelease()
  const { base } = await serve((_request, response) => void response.writeHead(404).end())
  const context = recorder({ REDIS_LAB_MIRROR: base })
  await expect(install(libc(), context, world)).rejects.toMatchObject({ code: 'release-unreachable' })
  expect(context.types()).not.toContain('release-fallback')
})

test('a version that was asked for is never replaced by another', async () => {
  const { world, version, archive } = await fakeRelease()
  configureApt(world.aptDir)
  const context = recorder({ REDIS_LAB_MIRROR: nowhere, PATH: toolPath({ 'apt-get': distroScript(archive) }) })
  await expect(install(libc(version), context, world)).rejects.toMatchObject({
    code: 'release-unreachable',
    message: containing(version),
    details: including(containing('refused')),
  })
  expect(context.types()).not.toContain('release-fallback')
  expectNothingBuilt(context.cacheDir)
})

test('without --redis, a host that cannot be reached leads to the distribution source, and the next call knows', async () => {
  const { world, version, archive, bytes } = await fakeRelease()
  configureApt(world.aptDir)
  const context = recorder({ REDIS_LAB_MIRROR: nowhere, PATH: toolPath({ 'apt-get': distroScript(archive) }) })
  const build = await install(libc(), context, world)
  expect(build.source).toBe(`distribution source ${version}`)
  const step = {
    type: 'release-fallback',
    from: `official release ${version}`,
    to: 'distribution source',
    reason: containing('127.0.0.1:1'),
  }
  expect(context.events).toContainEqual(step)

  const next = recorder()
  expect(await install(libc(), { ...context, emit: next.emit }, world)).toEqual(build)
  expect(next.types()).toEqual(['release-ready'])
  // Another default version has to be asked for anew; the one that was asked for by name never came from here.
  const { base } = await serve((_request, response) => void response.end(bytes))
  const online = { ...context, env: { ...context.env, REDIS_LAB_MIRROR: base } }
  const official = await install(libc(version), online, world)
  expect(official.source).toBe(`official release ${version}`)
  expect(await install(libc(), context, world)).toEqual(official)
})

test('without --redis, the last rung is the Redis on PATH', async () => {
  const { world } = await fakeRelease()
  const { server, cli } = realPrograms()
  const extra = { 'redis-server': `exec ${server} "$@"`, 'redis-cli': `exec ${cli} "$@"` }
  const context = recorder({ REDIS_LAB_MIRROR: nowhere, PATH: toolPath(extra) })
  expect(await install(libc(), context, world)).toMatchObject({ source: 'system' })
  const steps = context.events.filter((event) => event.type === 'release-fallback')
  expect(steps).toMatchObject([{ to: 'distribution source' }, { to: 'system', reason: 'this system has no apt-get' }])
  const again = recorder()
  await install(libc(), { ...context, emit: again.emit }, world)
  expect(again.types()).toEqual(['release-ready'])
})

test('when every source fails, the error says what each of them said', async () => {
  const { world } = await fakeRelease()
  configureApt(world.aptDir)
  const aptGet = 'echo "E: Failed to fetch the index" >&2; exit 100'
  const context = recorder({ REDIS_LAB_MIRROR: nowhere, PATH: toolPath({ 'apt-get': aptGet }) })
  await expect(install(libc(), context, world)).rejects.toMatchObject({
    code: 'release-unreachable',
    details: [containing('official'), containing('E: Failed to fetch the index'), containing('PATH')],
  })
  expectNothingBuilt(context.cacheDir)
})

test('missing tools are said before anything is downloaded', async () => {
  const { world, archive } = await fakeRelease()
  const { base, requests } = await serve((_request, response) => void response.end())
  for (const [without, what] of [
    [['make'], 'make'],
    [['cc', 'gcc'], 'C compiler'],
  ] as const) {
    const context = recorder({ REDIS_LAB_MIRROR: base, PATH: toolPath({}, { without }) })
    const expected = {
      code: 'tools-missing',
      message: containing(what),
      hint: containing('nstall'),
    }
    await expect(install(libc(), context, world)).rejects.toMatchObject(expected)
    await expect(install(libc(archive), context, world)).rejects.toMatchObject(expected)
    expectNothingBuilt(context.cacheDir)
  }
  expect(requests).toEqual([])
})

test('bad input touches nothing', async () => {
  const context = recorder({ REDIS_LAB_MIRROR: 'http://elsewhere.test/' })
  await expect(install(libc('8.0.99'), context)).rejects.toMatchObject({
    exitCode: 2,
    hint: containing('8.0.6'),
  })
  await expect(install(libc('./nowhere'), context)).rejects.toMatchObject({ exitCode: 2 })
  expect(existsSync(context.cacheDir)).toBe(false)
  await expect(install(libc(), context)).rejects.toMatchObject({
    code: 'bad-input',
    message: containing('REDIS_LAB_MIRROR'),
  })
  expectNothingBuilt(context.cacheDir)
})

test('a local tarball is made once, however often and under whatever name it is given', async () => {
  const { archive, world, version } = await fakeRelease()
  const context = recorder()
  const build = await install(libc(archive), context, world)
  expect(build).toMatchObject({ version, source: archive })
  const copy = path.join(tempDir(), 'other.tgz')
  cpSync(archive, copy)
  expect(await install(libc(copy), context, world)).toEqual({ ...build, source: copy })
  expect(context.events.filter((event) => event.type === 'build-started')).toHaveLength(1)
})

test('a source tree is never built in place, and a changed one is built again', async () => {
  const { archive, world } = await fakeRelease()
  const tree = tempDir()
  await tar.extract({ file: archive, cwd: tree, strip: 1 })
  writeFileSync(path.join(tree, 'src/stale.o'), 'from another compiler')
  const before = readdirSync(path.join(tree, 'src'))
  const context = recorder()
  const first = await install(libc(tree), context, world)
  expect(readdirSync(path.join(tree, 'src'))).toEqual(before)
  writeFileSync(path.join(tree, 'src/server.c'), 'int changed;')
  const second = await install(libc(tree), context, world)
  expect(path.dirname(second.server)).not.toBe(path.dirname(first.server))
})

test('a built tree is used where it is', async () => {
  const { server, cli, version } = realPrograms()
  const context = recorder()
  expect(await install(libc(server), context)).toMatchObject({ server, cli, version })
  expect(await install(libc(path.dirname(server)), context)).toMatchObject({ server, version })
  expect(existsSync(context.cacheDir)).toBe(false)
})

test('a program that is no redis-server, or one too old for clusters, is refused', async () => {
  const dir = tempDir()
  const write = (name: string, answer: string) => {
    writeFileSync(path.join(dir, name), `#!/bin/sh\necho '${answer}'\n`)
    chmodSync(path.join(dir, name), 0o755)
  }
  write('redis-cli', '')
  write('redis-server', 'hello')
  await expect(install(libc(dir), recorder())).rejects.toMatchObject({ code: 'release-unknown' })
  write('redis-server', 'Redis server v=4.0.9 sha=00000000:0 malloc=libc bits=64 build=x')
  await expect(install(libc(dir), recorder())).rejects.toMatchObject({
    message: containing('at least 5.0.0'),
  })
  await expect(install(libc('system'), recorder({ PATH: dir }))).rejects.toMatchObject({
    message: containing('4.0.9'),
  })
})

test('a truncated program or a missing manifest is not trusted: the build is made again', async () => {
  const { archive, world } = await fakeRelease()
  const context = recorder()
  const build = await install(libc(archive), context, world)
  const size = readFileSync(build.server).length
  truncateSync(build.server, 1000)
  await install(libc(archive), context, world)
  expect(readFileSync(build.server)).toHaveLength(size)
  const manifest = path.join(path.dirname(build.server), '../manifest.json')
  writeFileSync(manifest, readFileSync(manifest, 'utf8').slice(0, 50))
  await install(libc(archive), context, world)
  expect(context.events.filter((event) => event.type === 'build-started')).toHaveLength(3)
})

test('a failed build shows what the compiler said, how to repeat it, and where the log is', async () => {
  const { archive, world } = await fakeRelease({
    serverRecipe: '@echo "server.c:1:1: error: unknown type name \'foo\'"; exit 1',
  })
  const context = recorder()
  const failed = install(libc(archive), context, world)
  await expect(failed).rejects.toMatchObject({
    code: 'build-failed',
    details: [containing('server.c:1:1: error'), matching(/^command: .*make -C .*redis-server/)],
  })
  const log = await failed.catch((error: { hint: string }) => /is (\S+)\.$/.exec(error.hint)?.[1] ?? '')
  expect(readFileSync(log as string, 'utf8')).toContain('error: unknown type name')
  expectNothingBuilt(context.cacheDir)
})

test('a make that ends well and makes nothing is a failed build', async () => {
  const { archive } = await fakeRelease()
  const unpacked = tempDir()
  await tar.extract({ file: archive, cwd: unpacked, strip: 1 })
  writeFileSync(path.join(unpacked, 'src/Makefile'), 'redis-server redis-cli:\n\t@true\n')
  const context = recorder()
  await expect(install(libc(unpacked), context)).rejects.toMatchObject({
    code: 'build-failed',
    details: expect.arrayContaining(['make ended well, and there is no redis-server and no redis-cli']) as string[],
  })
  expectNothingBuilt(context.cacheDir)
})

test('programs that build but do not serve never reach the cache', async () => {
  const dead = 'Redis server v=7.0.0 sha=0'
  const { archive, world } = await fakeRelease({
    serverRecipe: `printf '#!/bin/sh\\necho "${dead}"\\n' > $@; chmod +x $@; exit 0; :`,
  })
  const unpacked = tempDir()
  await tar.extract({ file: archive, cwd: unpacked, strip: 1 })
  const makefile = path.join(unpacked, 'src/Makefile')
  writeFileSync(makefile, readFileSync(makefile, 'utf8').replace(/^\tcp .*redis-server \$@$/m, '\t@true'))
  const context = recorder()
  await expect(install(libc(unpacked), context, world)).rejects.toMatchObject({
    code: 'release-broken',
    message: containing('does not serve'),
  })
  expectNothingBuilt(context.cacheDir)
})

test('what an outer make or shell has exported does not reach the build', async () => {
  const out = path.join(tempDir(), 'seen')
  const { archive, world } = await fakeRelease({ serverRecipe: `echo "[$$MAKEFLAGS_SEEN$$CFLAGS$$PREFIX]" > ${out}` })
  const context = recorder({ CFLAGS: '-DSURPRISE', PREFIX: '/elsewhere', MAKEFLAGS: '-n' })
  await install(libc(archive), context, world)
  expect(readFileSync(out, 'utf8')).toBe('[]\n')
})

test('a hostile archive is refused even when its checksum is right', async () => {
  const { world, version } = await fakeRelease()
  const dir = tempDir()
  mkdirSync(path.join(dir, 'r'))
  writeFileSync(path.join(dir, 'evil'), '')
  await tar.create({ file: path.join(dir, 'a.tar.gz'), cwd: path.join(dir, 'r'), gzip: true, preservePaths: true }, [
    '../evil',
  ])
  const bytes = readFileSync(path.join(dir, 'a.tar.gz'))
  const { base } = await serve((_request, response) => void response.end(bytes))
  const checksums = { redis: { [version]: createHash('sha256').update(bytes).digest('hex') }, valkey: {} }
  const context = recorder({ REDIS_LAB_MIRROR: base })
  await expect(install(libc(), context, { ...world, checksums })).rejects.toMatchObject({ code: 'archive-refused' })
  expectNothingBuilt(context.cacheDir)
})
