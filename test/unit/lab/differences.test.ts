import { expect, test } from 'vitest'
import { differencesTo } from '../../../src/lab/differences.js'
import { newRecord } from '../../../src/lab/record.js'
import { resolveLab, type LabOptions } from '../../../src/spec/index.js'
import type { LabRecord } from '../../../src/supervisor/index.js'
import { sampleRecord } from '../samples.js'
import { placesIn } from '../support.js'

const ports = Array.from({ length: 12 }, (_, index) => 6001 + index)

/** A lab that was created with these options, and runs Redis 8.0.6. */
function labWith(options: LabOptions, change: Partial<LabRecord> = {}): LabRecord {
  const { spec } = resolveLab(options, {})
  return { ...newRecord(placesIn('/places'), { spec, build: sampleRecord().build, ports }), ...change }
}

const compare = (record: LabRecord, asked: LabOptions, env = {}): string[] =>
  differencesTo({ record, auth: {} }, resolveLab(asked, env), {}).map(({ line }) => line)

test('the same options again are no difference', () => {
  const options: LabOptions = { masters: 4, replicas: 0, port: 6001, redis: '8.0.6', set: ['save 1 2'] }
  expect(compare(labWith(options), options)).toEqual([])
})

test('an option that is not given asks for nothing', () => {
  expect(compare(labWith({ masters: 5, redis: '8.0.6', set: ['save 1 2'] }), {})).toEqual([])
})

test('a default that is given explicitly is compared', () => {
  expect(compare(labWith({ masters: 5 }), { masters: 3 })).toEqual(['--masters: the lab has 5, you asked for 3'])
})

test('an option from the environment is compared', () => {
  expect(compare(labWith({}), {}, { REDIS_LAB_REDIS: '7.2.10' })).toEqual([
    '--redis: the lab has redis 8.0.6, you asked for 7.2.10',
  ])
})

test('each difference has a line', () => {
  const asked: LabOptions = {
    masters: 4,
    replicas: 2,
    port: 7001,
    redis: '7.2.10',
    malloc: 'jemalloc',
    tls: true,
    dir: '/elsewhere',
    set: ['save 1 2'],
    modules: ['/x.so:a b'],
    restart: false,
    creator: 'redis-cli',
  }
  expect(compare(labWith({}, { creator: 'instant' }), asked)).toEqual([
    '--masters: the lab has 3, you asked for 4',
    '--replicas: the lab has 1, you asked for 2',
    '--port: the lab has 6001, you asked for 7001',
    '--redis: the lab has redis 8.0.6, you asked for 7.2.10',
    '--malloc: the lab has libc, you asked for jemalloc',
    '--tls: the lab has false, you asked for true',
    '--set: the lab has none, you asked for "save 1 2"',
    '--module: the lab has none, you asked for "/x.so a b"',
    '--creator: the lab has instant, you asked for redis-cli',
    '--no-restart: the lab has true, you asked for false',
    '--dir: the lab has /places/state/labs/default, you asked for /elsewhere',
  ])
  expect(compare(labWith({}), { ephemeral: true })).toEqual(['--ephemeral: the lab has false, you asked for true'])
})

test('the readiness level and the timeout hold for one call', () => {
  expect(compare(labWith({}), { wait: 'ok', timeout: '5s' })).toEqual([])
})

const distro = { ...sampleRecord().build, version: '7.0.15', source: 'distribution source 7.0.15' }
const build = (version: string, engine: 'redis' | 'valkey' = 'redis', source = `official release ${version}`) => ({
  ...sampleRecord().build,
  engine,
  version,
  source,
})

test.each<[string, LabRecord['build'], LabOptions]>([
  ['the version that the default resolved to', distro, { redis: '7.0.15' }],
  ['the source that the default fell back to', distro, { redis: 'distro' }],
  ['a line that the version belongs to', distro, { redis: '7.0' }],
  ['a major version', distro, { redis: '7' }],
  ['a version of the line that is not the newest', build('7.0.10'), { redis: '7.0' }],
  ['a line of the other engine', build('9.1.2', 'valkey'), { redis: 'valkey@9.1' }],
  ['a suite', { ...distro, source: 'distribution source 8.0.2 (sid)', version: '8.0.2' }, { redis: 'distro:sid' }],
  ['the server on PATH', { ...distro, source: 'system' }, { redis: 'system' }],
])('a lab whose release resolved to it satisfies %s', (_, its, asked) => {
  expect(compare(labWith({}, { build: its }), asked)).toEqual([])
})

test.each<[string, LabRecord['build'], LabOptions]>([
  ['another version', distro, { redis: '7.0.14' }],
  ['another line', distro, { redis: '7.2' }],
  ['a line that begins with the same digits', build('80.1.0'), { redis: '8' }],
  ['the other engine', build('9.1.2'), { redis: 'valkey@9.1' }],
  ['another suite', distro, { redis: 'distro:sid' }],
  ['the distribution', build('7.0.15'), { redis: 'distro' }],
  ['the server on PATH', distro, { redis: 'system' }],
])('a lab that runs something else differs from %s', (_, its, asked) => {
  expect(compare(labWith({}, { build: its }), asked)).toEqual([
    `--redis: the lab has ${its.engine} ${its.version}, you asked for ${asked.redis}`,
  ])
})

test('the alias that a lab was created with stays satisfied when a newer version is known', () => {
  expect(compare(labWith({ redis: 'latest' }, { build: build('7.0.10') }), { redis: 'latest' })).toEqual([])
})

test('an unknown release is reported as that, and not as a difference', () => {
  expect(() => compare(labWith({}), { redis: 'latst' })).toThrow(
    expect.objectContaining({ code: 'release-unknown' }) as Error,
  )
})

test('a port is compared with the one that the lab has; "auto" accepts each', () => {
  const auto = labWith({ port: 'auto' })
  expect(compare(auto, { port: 6001 })).toEqual([])
  expect(compare(auto, { port: 'auto' })).toEqual([])
  expect(compare(labWith({ port: 6001 }), { port: 'auto' })).toEqual([])
  expect(compare(auto, { port: 6002 })).toEqual(['--port: the lab has 6001, you asked for 6002'])
})

test('a folder is compared as a place', () => {
  expect(compare(labWith({ dir: '/one' }), { dir: '/two/../one/' })).toEqual([])
  expect(compare(labWith({}), { dir: '/places/state/labs/default' })).toEqual([])
})

test('the release of a single node is compared as it resolved', () => {
  const own = labWith({ redisFor: ['r1=7.2.10'] })
  const record = {
    ...own,
    nodes: own.nodes.map((node) => (node.name === 'r1' ? { ...node, build: build('7.2.10') } : node)),
  }
  expect(compare(record, { redisFor: { r1: '7.2.10' } })).toEqual([])
  expect(compare(record, { redisFor: { r1: '7.2.10', m1: '8.0' } })).toEqual([])
  expect(compare(record, { redisFor: ['m2=7.2.10'] })).toEqual([
    '--redis-for: the lab has r1=7.2.10, you asked for m2=7.2.10',
  ])
  expect(compare(labWith({}), { redisFor: ['r1=7.2.10', 'm2=7.2.9'] })).toEqual([
    '--redis-for: the lab has none, you asked for r1=7.2.10, m2=7.2.9',
  ])
})
