/** The shelf of finished builds: what is on it, when it was used, and what leaves it. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { listBuilds, noteUse, removeBuild } from '../../src/release/index.js'
import { install } from '../../src/release/install.js'
import { aptGet, configureApt, fakeRelease, recorder, toolPath } from './support.js'

const longAgo = new Date('2020-01-02T03:04:05Z')

/** A cache with one build in it, that "distro" has come to. */
async function shelf() {
  const { archive, world } = await fakeRelease()
  configureApt(world.aptDir)
  const context = recorder({ PATH: toolPath({ 'apt-get': aptGet(archive) }) })
  const ask = () => install({ redis: 'distro', malloc: 'libc' }, context, world)
  const build = await ask()
  const dir = path.dirname(path.dirname(build.server))
  const manifest = path.join(dir, 'manifest.json')
  return { ask, build, dir, manifest, cacheDir: context.cacheDir, events: context.events }
}

test('a build is listed with its size, and with the time of its last use', async () => {
  const { ask, build, dir, manifest, cacheDir } = await shelf()
  utimesSync(manifest, longAgo, longAgo)
  const [found] = await listBuilds(cacheDir)
  expect(found).toMatchObject({ key: path.basename(dir), dir, build, lastUsed: longAgo })
  expect(found?.sizeBytes).toBeGreaterThan(statSync(build.server).size)

  const before = Date.now()
  await ask()
  const [used] = await listBuilds(cacheDir)
  expect(used?.lastUsed.getTime()).toBeGreaterThanOrEqual(before - 1000)
  expect(await ask()).toEqual(build)
})

test('a program that is not of the shelf is used without a mark', async () => {
  const { build, manifest, cacheDir } = await shelf()
  utimesSync(manifest, longAgo, longAgo)
  noteUse(path.join(cacheDir, 'elsewhere'), build)
  noteUse(cacheDir, { server: '/no/such/redis-server' })
  expect(statSync(manifest).mtime).toEqual(longAgo)
})

test('what is not whole is listed as such, and what is being made is not', async () => {
  const { manifest, dir, cacheDir } = await shelf()
  mkdirSync(path.join(path.dirname(dir), '.tmp-0123'))
  writeFileSync(path.join(path.dirname(dir), 'a-file'), '')
  rmSync(manifest)
  expect(await listBuilds(cacheDir)).toMatchObject([{ key: path.basename(dir), build: null }])
})

test('a build that is removed leaves nothing, and the next call makes it again', async () => {
  const { ask, build, dir, cacheDir, events } = await shelf()
  expect(await removeBuild(cacheDir, path.basename(dir))).toBe(true)
  expect(existsSync(dir)).toBe(false)
  expect(readdirSync(path.join(cacheDir, 'recall'))).toEqual([])
  expect(readdirSync(path.join(cacheDir, 'locks'))).toEqual([])
  expect(await removeBuild(cacheDir, path.basename(dir))).toBe(false)
  expect(await ask()).toEqual(build)
  expect(events.filter(({ type }) => type === 'build-started')).toHaveLength(2)
})

test('a build that was used in the last moment stays', async () => {
  const { dir, cacheDir } = await shelf()
  expect(await removeBuild(cacheDir, path.basename(dir), (lastUsed) => lastUsed <= longAgo)).toBe(false)
  expect(existsSync(dir)).toBe(true)
})

test('where there is no cache there are no builds', async () => {
  expect(await listBuilds('/no/such/cache')).toEqual([])
})
