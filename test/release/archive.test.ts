import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import * as tar from 'tar'
import { expect, test } from 'vitest'
import { unpack } from '../../src/release/archive/unpack.js'
import { tempDir } from './support.js'
import { containing } from './matchers.js'

interface Entry {
  readonly path: string
  readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice'
  readonly linkpath?: string
  readonly text?: string
}

/** Written header by header, because no well-behaved tool makes such an archive. */
function archiveOf(entries: readonly Entry[]): string {
  const blocks = entries.flatMap(({ path: name, type = 'File', linkpath = '', text = '' }) => {
    const header = new tar.Header({
      path: name,
      type,
      linkpath,
      size: Buffer.byteLength(text),
      mode: 0o644,
      mtime: new Date(0),
    })
    const block = Buffer.alloc(512)
    header.encode(block, 0)
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512)
    body.write(text)
    return [block, body]
  })
  const file = path.join(tempDir(), 'hostile.tar.gz')
  writeFileSync(file, gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])))
  return file
}

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
