import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readRequest } from '../../../src/release/request.js'
import { containing } from '../../release/matchers.js'

const known = { '8.0.6': 'x', '7.0.15': 'y' }
const read = (text: string | undefined, env = {}) => readRequest(text, { env, known })

function folder(files: Record<string, number>): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-lab-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  for (const [name, mode] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    writeFileSync(path.join(dir, name), '', { mode })
  }
  return dir
}

test('words and versions are told apart', () => {
  expect(read(undefined)).toEqual({ kind: 'default' })
  expect(read('system')).toEqual({ kind: 'system' })
  expect(read('distro')).toEqual({ kind: 'distro' })
  expect(read('8.0.6')).toEqual({ kind: 'official', version: '8.0.6' })
})

test('an unknown version suggests the nearest one', () => {
  expect(() => read('8.0.7')).toThrow(
    expect.objectContaining({ code: 'release-unknown', exitCode: 2, hint: containing('8.0.6') }),
  )
  expect(() => read('v8')).toThrow(expect.objectContaining({ hint: containing('8.0.6') }))
})

test('a path that leads nowhere and a word that means nothing are told apart', () => {
  expect(() => read('./nowhere')).toThrow(/there is nothing at/)
  expect(() => read('nonsense')).toThrow(/is no Redis release/)
  expect(() => read('toString')).toThrow(/is no Redis release/)
})

test('a built tree is used as it is, even if its sources are there too', () => {
  const dir = folder({ 'src/Makefile': 0o644, 'src/redis-server': 0o755, 'src/redis-cli': 0o755 })
  const programs = { server: path.join(dir, 'src/redis-server'), cli: path.join(dir, 'src/redis-cli') }
  expect(read(dir)).toEqual({ kind: 'built', programs, path: dir })
  expect(read(programs.server)).toEqual({ kind: 'built', programs, path: programs.server })
})

test.each(['bin', '.'])('the programs of Valkey are found in %s', (place) => {
  const dir = folder({ [`${place}/valkey-server`]: 0o755, [`${place}/valkey-cli`]: 0o755 })
  expect(read(dir)).toMatchObject({ kind: 'built', programs: { server: path.join(dir, place, 'valkey-server') } })
})

test('a source tree and a tarball are recognised, and ~ is the home of the given environment', () => {
  const dir = folder({ 'tree/src/Makefile': 0o644, 'redis.tar.gz': 0o644 })
  expect(read('~/tree', { HOME: dir })).toEqual({ kind: 'source-tree', dir: path.join(dir, 'tree') })
  expect(read(path.join(dir, 'redis.tar.gz'))).toEqual({ kind: 'tarball', file: path.join(dir, 'redis.tar.gz') })
})

test('what is neither is refused with what would be taken', () => {
  const dir = folder({ 'x.tar.xz': 0o644, 'x.txt': 0o644, 'lonely/redis-server': 0o755 })
  expect(() => read(dir)).toThrow(/neither a Redis source tree/)
  expect(() => read(path.join(dir, 'x.tar.xz'))).toThrow(/packed in a way/)
  expect(() => read(path.join(dir, 'x.txt'))).toThrow(/neither a .tar.gz nor a program/)
  expect(() => read(path.join(dir, 'lonely/redis-server'))).toThrow(/no redis-cli beside/)
})
