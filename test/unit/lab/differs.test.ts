import { expect, test } from 'vitest'
import { mkdirSync } from 'node:fs'
import { differencesTo } from '../../../src/lab/differences.js'
import { labDiffers } from '../../../src/lab/differs.js'
import { newRecord } from '../../../src/lab/record.js'
import { labEntry, snapshotEntry } from '../../../src/paths.js'
import { resolveLab, type LabOptions } from '../../../src/spec/index.js'
import type { LabRecord } from '../../../src/supervisor/index.js'
import { sampleRecord } from '../samples.js'
import { placesIn, useTempDir } from '../support.js'

const temp = useTempDir()
const build = { ...sampleRecord().build, version: '7.0.15', source: 'distribution source 7.0.15' }
const ports = Array.from({ length: 12 }, (_, index) => 6001 + index)

interface Scene {
  readonly isRunning?: boolean
  readonly change?: Partial<LabRecord>
  readonly env?: Readonly<Record<string, string>>
  readonly config?: string | false
}

function refused(has: LabOptions, asked: LabOptions, { isRunning = true, change = {}, env = {}, config }: Scene = {}) {
  const places = placesIn(temp())
  const { spec } = resolveLab(has, {})
  const record: LabRecord = { ...newRecord(places, { spec, build, ports }), ...change }
  const wanted = resolveLab(asked, env)
  const differences = differencesTo({ record, auth: {} }, wanted, {})
  const {
    message,
    hint = '',
    details,
  } = labDiffers(record, wanted, differences, { places, env: {}, config, isRunning })
  return { message, hint, details }
}

test('directives of a running lab change with down and up, or at runtime; nothing is deleted', () => {
  const { message, hint, details } = refused({ replicas: 0 }, { set: ['maxmemory 50mb', `save ""`] })
  expect(message).toBe('the lab "default" is running with different options')
  expect(details).toEqual([
    `--set: the lab has none, you asked for "maxmemory 50mb", "save """ (can change after redis-lab down, which keeps the data)`,
    `  until the nodes of "default" restart, where Redis can change it at runtime: for n in m1 m2 m3; do redis-lab cli $n -- config set maxmemory 50mb; redis-lab cli $n -- config set save '""'; done`,
  ])
  expect(hint).toBe(
    `To change the lab "default" and keep its data: redis-lab down && redis-lab up --set 'maxmemory 50mb' --set 'save ""'`,
  )
})

test('modules and restarts change with the next start', () => {
  expect(refused({}, { modules: ['/m/x.so:one "two three"'], restart: false }).hint).toBe(
    `To change the lab "default" and keep its data: redis-lab down && redis-lab up --module '/m/x.so:one "two three"' --no-restart`,
  )
})

test('a newer release is an upgrade; of a stopped lab once it is up', () => {
  const upgrade = 'redis-lab upgrade --name shop --redis 8.0.6'
  const has = { name: 'shop' }
  const asked = { name: 'shop', redis: '8.0.6' }
  const running = refused(has, asked)
  expect(running.hint).toBe(`To change the lab "shop" and keep its data: ${upgrade}`)
  expect(running.details).toEqual([
    '--redis: the lab has redis 7.0.15, you asked for 8.0.6 (can change now, with redis-lab upgrade)',
  ])
  const stopped = refused(has, asked, { isRunning: false })
  expect(stopped.message).toBe('the lab "shop" already exists, stopped, with different options')
  expect(stopped.hint).toBe(`To change the lab "shop" and keep its data: redis-lab up --name shop && ${upgrade}`)
  expect(refused(has, { ...asked, set: ['hz 20'] }).hint).toBe(
    `To change the lab "shop" and keep its data: ${upgrade} && redis-lab down --name shop && redis-lab up --name shop --set 'hz 20'`,
  )
})

test('an older release, which cannot read the data, needs another lab without it', () => {
  const { hint, details } = refused({}, { redis: '6.2.14' })
  expect(details[0]).toContain('(only in a new lab)')
  expect(hint.split('\n')).toEqual([
    'Start another lab beside it: redis-lab up --name default-2 --redis 6.2.14 --port auto',
    'Last resort, which deletes the data of "default": redis-lab down --purge && redis-lab up --redis 6.2.14',
  ])
})

test('an option that is fixed at creation is for another lab, with a copy of the data first', () => {
  const { hint } = refused({}, { tls: true, port: 6001 })
  expect(hint.split('\n')).toEqual([
    'Start another lab with a copy of its data: redis-lab snapshot save default-data && redis-lab up --name default-2 --from default-data --tls --port auto',
    'Last resort, which deletes the data of "default": redis-lab down --purge && redis-lab up --tls --port 6001',
  ])
  expect(refused({}, { port: 7001 }).hint).toContain('--from default-data --port 7001\n')
  expect(refused({}, { port: 6004 }).hint, 'ports of the lab that runs').toContain('--from default-data --port auto\n')
})

test('another shape is for a lab without the data', () => {
  expect(refused({}, { masters: 5, replicas: 0, port: 6001 }).hint).toMatch(
    /^Start another lab beside it: redis-lab up --name default-2 --masters 5 --replicas 0 --port auto\n/,
  )
})

test('the names that it offers are free', () => {
  const places = placesIn(temp())
  for (const name of ['default-2', 'default-3']) mkdirSync(labEntry(places, name), { recursive: true })
  mkdirSync(snapshotEntry(places, 'default-data'), { recursive: true })
  expect(refused({}, { tls: true }).hint).toContain(
    'redis-lab snapshot save default-data-2 && redis-lab up --name default-4 --from default-data-2 --tls --port auto',
  )
})

test('what the data needs goes with it to the other lab', () => {
  const has: LabOptions = { modules: ['/m/x.so:a'], set: [`loadmodule /m/y.so`], redis: '/src/redis' }
  const its = { ...build, source: '/src/redis' }
  expect(refused(has, { malloc: 'jemalloc' }, { change: { build: its } }).hint).toContain(
    `--from default-data --malloc jemalloc --port auto --module /m/x.so:a --redis /src/redis --set 'loadmodule /m/y.so'\n`,
  )
})

test('no password is printed: the command reads it', () => {
  const { hint, details } = refused({}, { password: 'geheim' })
  expect(hint).toContain('--from default-data --password - --port auto\n')
  expect([hint, ...details].join()).not.toContain('geheim')
})

test('every command names the lab where a variable would name another one', () => {
  const { hint } = refused({}, { name: 'default', set: ['hz 20'] }, { env: { REDIS_LAB_NAME: 'other' } })
  expect(hint).toMatch(/: redis-lab down --name default && redis-lab up --name default --set 'hz 20'$/)
})

test('every command chooses the config file that was chosen, or none', () => {
  expect(refused({}, { set: ['hz 20'] }, { config: false }).hint).toMatch(
    /: redis-lab down --no-config && redis-lab up --no-config --set 'hz 20'$/,
  )
  expect(refused({}, { tls: true }, { config: './my labs.json' }).hint).toContain(
    `redis-lab snapshot save default-data --config './my labs.json' && redis-lab up --name default-2 --config './my labs.json' --from default-data --tls`,
  )
})

test('deleting is advised only where the lab itself cannot change', () => {
  for (const asked of [{ set: ['hz 20'] }, { redis: '8.0.6' }, { restart: false }, { modules: ['/x.so'] }] as const)
    for (const isRunning of [true, false]) {
      const options: LabOptions = { ...asked, ...('set' in asked && { set: [...asked.set] }) } as LabOptions
      expect(refused({}, options, { isRunning }).hint).not.toContain('purge')
    }
})
