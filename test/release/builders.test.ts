/** Builders that meet, are interrupted, or die. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { install } from '../../src/release/install.js'
import {
  bundled,
  eventually,
  expectNothingBuilt,
  fakeRelease,
  isGone,
  processesWith,
  recorder,
  tempDir,
} from './support.js'
import { containing, matching } from './matchers.js'

const libc = (redis: string) => ({ redis, malloc: 'libc' as const })

/** A make that says that it has begun, by its pid in a file, and then takes for ever in a child of a child. */
async function endlessRelease() {
  const dir = tempDir()
  const pidFile = path.join(dir, 'pid')
  const mark = `1000${Math.floor(Math.random() * 1e6)}`
  const release = await fakeRelease({
    serverRecipe: `echo $$$$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; sh -c 'sleep ${mark}; :'`,
  })
  const begun = () => eventually(() => existsSync(pidFile) && Number(readFileSync(pidFile, 'utf8')), 'make began')
  return { ...release, begun, mark }
}

async function separateBuilder({
  archive,
  cacheDir,
  env,
}: {
  archive: string
  cacheDir: string
  env: Readonly<Record<string, string | undefined>>
}) {
  const module = await bundled('src/release/install.ts')
  const script = `
    import { install } from ${JSON.stringify(module)}
    const emit = (event) => console.log(JSON.stringify(event))
    await install({ redis: ${JSON.stringify(archive)}, malloc: 'libc' }, { cacheDir: ${JSON.stringify(cacheDir)}, env: process.env, emit })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += String(text)))
  const ended = new Promise<number | null>((done) => child.on('close', done))
  return {
    child,
    ended,
    types: () =>
      said
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
  }
}

test('two builders at once, in two processes, make one build; the second says whom it waits for', async () => {
  const { archive } = await fakeRelease({ serverRecipe: 'sleep 0.5' })
  const { cacheDir, env } = recorder()
  const builders = await Promise.all([1, 2].map(() => separateBuilder({ archive, cacheDir, env })))
  expect(await Promise.all(builders.map(({ ended }) => ended))).toEqual([0, 0])
  const types = builders.map((builder) => builder.types())
  expect(types.filter((list) => list.includes('build-started'))).toHaveLength(1)
  expect(types.find((list) => !list.includes('build-started'))).toEqual(['build-waiting', 'release-ready'])
  expect(readdirSync(path.join(cacheDir, 'builds'))).toHaveLength(1)
  expect(readdirSync(path.join(cacheDir, 'locks'))).toEqual([])
})

test('two calls in one process make one build as well', async () => {
  const { archive, world } = await fakeRelease({ serverRecipe: 'sleep 0.3' })
  const context = recorder()
  const builds = await Promise.all([install(libc(archive), context, world), install(libc(archive), context, world)])
  expect(builds[0]).toEqual(builds[1])
  expect(context.events.filter((event) => event.type === 'build-started')).toHaveLength(1)
  expect(context.events.filter((event) => event.type === 'build-waiting')).toMatchObject([
    { pid: process.pid, command: containing(archive) },
  ])
})

test('an abort in the middle of make ends all of it and leaves nothing', async () => {
  const { archive, world, begun, mark } = await endlessRelease()
  const controller = new AbortController()
  const context = { ...recorder(), signal: controller.signal }
  const building = install(libc(archive), context, world)
  const outcome = expect(building).rejects.toMatchObject({ code: 'interrupted', exitCode: 130 })
  const pid = await begun()
  controller.abort()
  await outcome
  expect(isGone(pid)).toBe(true)
  expect(processesWith(mark)).toEqual([])
  expectNothingBuilt(context.cacheDir)
  expect(readdirSync(path.join(context.cacheDir, 'locks'))).toEqual([])
})

test('a builder killed in the middle of make takes make with it, leaves nothing that is trusted, and the next one builds', async () => {
  const { archive, begun, mark } = await endlessRelease()
  const { cacheDir, env } = recorder()
  const { child, ended } = await separateBuilder({ archive, cacheDir, env })
  const pid = await begun()
  child.kill('SIGKILL')
  await ended
  await eventually(() => isGone(pid) && processesWith(mark).length === 0, 'all of make is gone')
  const left = readdirSync(path.join(cacheDir, 'builds'))
  expect(left).toEqual([matching(/^\.tmp-/)])

  // The same wish again has to wait for nobody; another one sweeps as well.
  const quick = await fakeRelease()
  const context = { ...recorder(), cacheDir }
  await install(libc(quick.archive), context, quick.world)
  expect(readdirSync(path.join(cacheDir, 'builds')).filter((name) => left.includes(name))).toEqual([])
  const controller = new AbortController()
  const again = install(libc(archive), { ...context, signal: controller.signal })
  const outcome = expect(again).rejects.toMatchObject({ code: 'interrupted' })
  await eventually(
    () => context.events.filter((event) => event.type === 'build-started').length === 2,
    'it builds again',
  )
  controller.abort()
  await outcome
  expect(context.types()).not.toContain('build-waiting')
})
