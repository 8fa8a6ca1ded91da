import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import * as paths from '../../src/paths.js'

const mac = process.platform === 'darwin'

test('without a word in the environment, the folders of the platform are used', () => {
  expect(paths.placesFrom({ HOME: '/home/me' })).toMatchObject({
    cache: mac ? '/home/me/Library/Caches/redis-lab' : '/home/me/.cache/redis-lab',
    state: mac ? '/home/me/Library/Application Support/redis-lab' : '/home/me/.local/state/redis-lab',
  })
})

test('the XDG folders are taken where they are set, and not where they are empty', () => {
  const env = { HOME: '/home/me', XDG_CACHE_HOME: '/xdg/cache', XDG_STATE_HOME: '/xdg/state' }
  expect(paths.placesFrom(env)).toMatchObject({ cache: '/xdg/cache/redis-lab', state: '/xdg/state/redis-lab' })
  expect(paths.placesFrom({ ...env, XDG_CACHE_HOME: '', XDG_STATE_HOME: '' })).toEqual(
    paths.placesFrom({ HOME: '/home/me' }),
  )
})

test('our own variables come before all others, and become absolute', () => {
  const env = { HOME: '/home/me', XDG_CACHE_HOME: '/xdg', REDIS_LAB_CACHE: 'builds', REDIS_LAB_STATE: '/labs' }
  expect(paths.placesFrom(env)).toMatchObject({ cache: path.resolve('builds'), state: '/labs' })
})

test('the environment of the process is not looked at', () => {
  expect(paths.placesFrom({ HOME: '/a' }).cache).not.toContain(process.env['HOME'] ?? 'nowhere')
})

test('a control socket has a short path, its own for each folder and the same each time', () => {
  const places = paths.placesFrom({ HOME: '/home/me' })
  const deep = `/home/me/${'folder/'.repeat(60)}lab`
  const socket = paths.socketPath(places, deep)
  // sun_path has 104 bytes on macOS and 108 on Linux, the ending zero included.
  expect(Buffer.byteLength(socket)).toBeLessThan(104)
  expect(paths.socketPath(places, deep)).toBe(socket)
  expect(paths.socketPath(places, `${deep}2`)).not.toBe(socket)
})

test('a lab is entered below the state folder, and its lock is not taken for a lab', () => {
  const places = paths.placesFrom({ REDIS_LAB_STATE: '/s' })
  expect(paths.labEntry(places, 'one')).toBe('/s/labs/one')
  expect(paths.labLock(places, 'one')).toBe('/s/labs/.one.lock')
})

test('the files of a lab are where the design says', () => {
  expect(paths.labFiles.record('/l')).toBe('/l/lab.json')
  expect(paths.labFiles.supervisorLog('/l')).toBe('/l/supervisor.log')
  expect(paths.labFiles.node('/l', 6001)).toBe('/l/6001')
  expect(paths.nodeFiles.conf('/l/6001')).toBe('/l/6001/redis.conf')
  expect(paths.nodeFiles.nodes('/l/6001')).toBe('/l/6001/nodes.conf')
  expect(paths.nodeFiles.log('/l/6001')).toBe('/l/6001/redis.log')
})

test('the package is found from its sources, with its templates', () => {
  expect(existsSync(path.join(paths.packageRoot(), 'package.json'))).toBe(true)
  expect(existsSync(paths.templatePath('redis.conf'))).toBe(true)
})
