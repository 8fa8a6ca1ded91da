import { expect, test } from 'vitest'
import { differencesTo } from '../../../src/lab/differences.js'
import { resolveLab, type LabOptions } from '../../../src/spec/index.js'

const compare = (has: LabOptions, asked: LabOptions, env = {}) =>
  differencesTo(resolveLab(has, {}).spec, resolveLab(asked, env))

test('the same spec again differs in nothing', () => {
  const options: LabOptions = { masters: 4, replicas: 0, port: 7001, redis: '8.0.6', set: ['save 1 2'] }
  expect(compare(options, options)).toEqual({ lines: [], canChange: true, directives: false })
})

test('what was not said asks for nothing, whatever the lab has', () => {
  expect(compare({ masters: 5, redis: '7.2.10', set: ['save 1 2'] }, {}).lines).toEqual([])
})

test('a default that is said asks for it', () => {
  expect(compare({ masters: 5 }, { masters: 3 }).lines).toEqual(['--masters: the lab has 5, asked for was 3'])
})

test('what the environment says is asked for too', () => {
  expect(compare({}, {}, { REDIS_LAB_REDIS: '7.2.10' }).lines).toEqual([
    '--redis: the lab has the default, asked for was 7.2.10',
  ])
})

test('every difference has its line', () => {
  const { lines, canChange } = compare(
    { redis: '8.0.6' },
    { masters: 4, replicas: 2, port: 'auto', redis: '7.2.10', malloc: 'jemalloc', ephemeral: true, set: ['save 1 2'] },
  )
  expect(lines).toEqual([
    '--masters: the lab has 3, asked for was 4',
    '--replicas: the lab has 1, asked for was 2',
    '--port: the lab has 6001, asked for was auto',
    '--redis: the lab has 8.0.6, asked for was 7.2.10',
    '--malloc: the lab has libc, asked for was jemalloc',
    '--set: the lab has none, asked for was "save 1 2"',
    '--ephemeral: the lab has false, asked for was true',
  ])
  expect(canChange).toBe(false)
})

test('other directives alone are what a lab that is down can take on', () => {
  expect(compare({ set: ['save 1 2'] }, { set: ['save 1 2', 'maxmemory 1mb'] })).toEqual({
    lines: ['--set: the lab has "save 1 2", asked for was "save 1 2", "maxmemory 1mb"'],
    canChange: true,
    directives: true,
  })
})

test('how long to wait, and for what, may be said anew each time', () => {
  expect(compare({}, { wait: 'ok', timeout: '5s' }).lines).toEqual([])
})

test('whether a crashed node is started again is what a lab that is down can take on, and no directive', () => {
  expect(compare({}, { restart: false })).toEqual({
    lines: ['--no-restart: the lab has true, asked for was false'],
    canChange: true,
    directives: false,
  })
})

test('other modules are what a lab that is down can take on, and each redis.conf is written again', () => {
  expect(compare({}, { modules: ['/x.so:a b'] })).toEqual({
    lines: ['--module: the lab has none, asked for was "/x.so a b"'],
    canChange: true,
    directives: true,
  })
})

<<<<<<< HEAD
test('where nothing differs but the release, an upgrade is what there is for it', () => {
  expect(compare({ redis: '7.0.15' }, { redis: '8.0.6' })).toMatchObject({ onlyRelease: '8.0.6', canChange: false })
  expect(compare({ redis: '7.0.15' }, { redis: '8.0.6', masters: 4 }).onlyRelease).toBeUndefined()
})

test('a release of its own for a node is part of what a lab is', () => {
  expect(compare({ redisFor: ['r1=8.0.6'] }, { redisFor: { r1: '8.0.6' } }).lines).toEqual([])
  expect(compare({}, { redisFor: ['r1=8.0.6', 'm2=8.0.2'] }).lines).toEqual([
    '--redis-for: the lab has none, asked for was r1=8.0.6, m2=8.0.2',
  ])
=======
test('a lab that speaks TLS is another one than a lab that does not, up or down', () => {
  expect(compare({}, { tls: true })).toMatchObject({
    lines: ['--tls: the lab has false, asked for was true'],
    canChange: false,
  })
  expect(compare({ tls: true }, {}).lines, 'who says nothing means the lab as it is').toEqual([])
>>>>>>> main
})
