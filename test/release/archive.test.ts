import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as tar from 'tar'
import { expect, test } from 'vitest'
import { unpack } from '../../src/release/archive/unpack.js'
import { archiveOf, type Entry } from './hostile.js'
import { tempDir } from './support.js'
import { containing } from './matchers.js'

const harmless: Entry = { path: 'r/first', text: 'first' }

test.each<[string, Entry]>([
  ['a path that climbs out', { path: 'r/../../evil', text: 'x' }],
  ['a path that climbs out from the start', { path: '../evil', text: 'x' }],
  ['an absolute path', { path: '/tmp/redis-lab-evil', text: 'x' }],
  ['a symbolic link to the outside', { path: 'r/evil', type: 'SymbolicLink', linkpath: '../../evil' }],
  ['a symbolic link to an absolute path', { path: 'r/evil', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
  ['a hard link to the outside', { path: 'r/evil', type: 'Link', linkpath: '../evil' }],
  ['a hard link to an absolute path', { path: 'r/evil', type: 'Link', linkpath: '/etc/passwd' }],
  ['a device', { path: 'r/evil', type: 'CharacterDevice' }],
  ['a pipe', { path: 'r/evil', type: 'FIFO' }],
])('an archive with %s is refused, and the entry is named', async (_what, evil) => {
  const outside = tempDir()
  const into = path.join(outside, 'inside')
  const archive = archiveOf([harmless, evil, { path: 'r/last', text: 'last' }])
  await expect(unpack({ archive, into, name: 'the archive' })).rejects.toMatchObject({
    code: 'archive-refused',
    message: containing(evil.path),
  })
  expect(readdirSync(outside)).toEqual(['inside'])
  expect(existsSync('/tmp/redis-lab-evil')).toBe(false)
  expect(readdirSync(into).filter((name) => name !== 'first')).toEqual([])
})

test('nothing is written through a link that the archive brought itself', async () => {
  const outside = tempDir()
  const into = path.join(outside, 'inside')
  const link: Entry = { path: 'r/link', type: 'SymbolicLink', linkpath: '..' }
  const archive = archiveOf([link, { path: 'r/link/evil', text: 'x' }])
  await expect(unpack({ archive, into, name: 'the archive' })).rejects.toMatchObject({ code: 'archive-refused' })
  expect(readdirSync(outside)).toEqual(['inside'])
})

test('an honest archive is unpacked without its top folder, links inside included, modification times kept', async () => {
  const dir = tempDir()
  mkdirSync(path.join(dir, 'r/src'), { recursive: true })
  writeFileSync(path.join(dir, 'r/src/a'), 'a')
  symlinkSync('src/a', path.join(dir, 'r/link'))
  const archive = path.join(dir, 'r.tar.gz')
  await tar.create({ file: archive, cwd: dir, gzip: true }, ['r'])
  await unpack({ archive, into: path.join(dir, 'out'), name: 'r' })
  expect(readFileSync(path.join(dir, 'out/link'), 'utf8')).toBe('a')
})

test.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['not an archive', () => Buffer.from('this is no archive at all, only a sentence')],
  ['empty', () => Buffer.alloc(0)],
])('an archive that is %s is reported as broken', async (_what, damage) => {
  const archive = archiveOf([harmless, { path: 'r/long', text: 'x'.repeat(100_000) + Math.random() }])
  writeFileSync(archive, damage(readFileSync(archive)))
  const unpacking = unpack({ archive, into: path.join(tempDir(), 'out'), name: 'the archive' })
  await expect(unpacking).rejects.toMatchObject({
    code: 'release-broken',
    message: containing('the archive'),
  })
})

test('unpacking that is interrupted says so', async () => {
  const controller = new AbortController()
  const into = path.join(tempDir(), 'out')
  const unpacking = unpack({ archive: archiveOf([harmless]), into, name: 'r', signal: controller.signal })
  controller.abort()
  await expect(unpacking).rejects.toMatchObject({ code: 'interrupted' })
  expect(existsSync(path.join(into, 'first'))).toBe(false)
})
