import { expect, test } from 'vitest'
import { inspectTools, probeOfficialHost } from '../../src/release/index.js'
import { serve, toolPath } from './support.js'
import { containing, matching } from './matchers.js'

test('tools that are there are named with their version, missing ones with the way to get them', async () => {
  const tools = await inspectTools({ PATH: toolPath({}, { without: ['make'] }) })
  expect(tools).toMatchObject([
    { name: 'make', ok: false, advice: containing('nstall') },
    { name: 'C compiler', ok: true, found: containing('cc'), version: matching(/\d/) },
    { name: 'C++ compiler', ok: true },
  ])
})

test('a compiler that is there but does not run is missing', async () => {
  const broken = 'echo "no developer tools were found" >&2; exit 1'
  const PATH = toolPath({ cc: broken, gcc: broken, clang: broken }, { without: ['cc', 'gcc'] })
  expect((await inspectTools({ PATH }))[1]).toMatchObject({ name: 'C compiler', ok: false })
})

test('CC chooses the compiler, with its arguments', async () => {
  const PATH = toolPath({ wrapper: '[ "$1" = gcc ] && echo "wrapped gcc 12.2"' })
  const [, cc] = await inspectTools({ PATH, CC: 'wrapper gcc' })
  expect(cc).toMatchObject({ ok: true, found: matching(/wrapper gcc$/), version: 'wrapped gcc 12.2' })
})

test('a host is asked once, without downloading anything', async () => {
  const { base, requests } = await serve((_request, response) => void response.end())
  expect(await probeOfficialHost({ REDIS_LAB_MIRROR: base })).toMatchObject({
    ok: true,
    url: containing(base),
  })
  expect(requests).toMatchObject([{ method: 'HEAD' }])
})

test('a host that is not there, or has nothing, is reported with the reason', async () => {
  const { base } = await serve((_request, response) => void response.writeHead(404).end())
  expect(await probeOfficialHost({ REDIS_LAB_MIRROR: base })).toMatchObject({
    ok: false,
    reason: containing('404'),
  })
  expect(await probeOfficialHost({ REDIS_LAB_MIRROR: 'http://127.0.0.1:1/' })).toMatchObject({
    ok: false,
    reason: containing('refused'),
  })
})
