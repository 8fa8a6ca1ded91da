/** Archives made to do harm, given to the real unpacker, and through the door that a user's own tarball comes in by. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { unpack } from '../../src/release/archive/unpack.js'
import { install } from '../../src/release/install.js'
import { archiveOf, type Entry } from './hostile.js'
import { expectNothingBuilt, fakeRelease, recorder, tempDir } from './support.js'

const first: Entry = { path: 'r/first', text: 'first' }
const last: Entry = { path: 'r/last', text: 'last' }
const dir = (name: string): Entry => ({ path: `${name}/`, type: 'Directory' })
const link = (name: string, linkpath: string): Entry => ({ path: name, type: 'SymbolicLink', linkpath })
const hardLink = (name: string, linkpath: string): Entry => ({ path: name, type: 'Link', linkpath })

/** What must not be there afterwards: a file outside, and every entry behind the one that is refused. */
const hostile: Record<string, readonly Entry[]> = {
  'writes through a link to a folder inside': [dir('r/src'), link('r/s', 'src'), { path: 'r/s/x', text: 'x' }],
  'writes through a link that has taken the place of a folder': [
    dir('r/src'),
    dir('r/d'),
    link('r/d', 'src'),
    { path: 'r/d/x', text: 'x' },
  ],
  // From r/a/b/x, "../../../evil" stays inside; from where x leads, it does not.
  'puts a link where another link makes it lead outside': [
    dir('r/a/b'),
    link('r/a/b/x', '../..'),
    link('r/a/b/x/out', '../../../evil'),
  ],
  'gives a link a second place from where it leads outside': [
    link('r/a/b/x', '../../evil'),
    hardLink('r/h', 'r/a/b/x'),
  ],
  'gives it that place by another path': [link('r/a/b/x', '../../evil'), link('r/s', 'a/b'), hardLink('r/h', 'r/s/x')],
  'does so in the capitals that some file systems ignore': [link('r/a/b/x', '../../evil'), hardLink('r/h', 'r/A/B/X')],
  'does so with a stray slash': [link('r//a/b/x', '../../evil'), hardLink('r/h', 'r/a/./b/x')],
  'has a link whose name makes it seem to lie deeper than it does': [link('r/a/.', '../evil')],
  'has a name with a line break in it': [{ path: 'r/a\nb', text: 'x' }],
  'has a name that would move the cursor of a terminal': [{ path: 'r/\u001b[2Jx', text: 'x' }],
  'has a link with a line break in its target': [link('r/l', 'a\nb')],
  'has a block device': [{ path: 'r/evil', type: 'BlockDevice' }],
  'declares two sizes': [{ path: 'r/big', globally: { size: 1 }, extended: { size: 2 ** 33 } }],
  'declares a file that would fill the disk': [{ path: 'r/big', declaredBytes: 2 ** 33 - 1 }],
}

test.each(Object.entries(hostile))(
  'an archive that %s is refused, and nothing behind that is written',
  async (_, evil) => {
    const outside = tempDir()
    const into = path.join(outside, 'inside')
    const unpacking = unpack({ archive: archiveOf([first, ...evil, last]), into, name: 'the archive' })
    await expect(unpacking).rejects.toMatchObject({ code: 'archive-refused', details: [expect.any(String)] })
    expect(readdirSync(outside)).toEqual(['inside'])
    expect(existsSync(path.join(into, 'last'))).toBe(false)
  },
)

test('what an error says of a name is one line of plain text', async () => {
  const unpacking = unpack({ archive: archiveOf([{ path: 'r/a\n\u001b[2Jb' }]), into: tempDir(), name: 'the archive' })
  await expect(unpacking).rejects.toMatchObject({
    message: String.raw`the archive was refused for its entry "r/a\n\u001b[2Jb"`,
    details: [String.raw`"r/a\n\u001b[2Jb": its path has a character that no release uses`],
  })
})

const limits = { entries: 10, sizeBytes: 1_000_000 }

test('a small archive of many zeros is refused before they are written', async () => {
  const into = tempDir()
  const zeros = '\0'.repeat(600_000)
  const archive = archiveOf([first, { path: 'r/one', text: zeros }, { path: 'r/two', text: zeros }])
  await expect(unpack({ archive, into, name: 'it', limits })).rejects.toMatchObject({
    code: 'archive-refused',
    details: ['"r/two": with it the archive has more than 1000000 bytes'],
  })
  expect(existsSync(path.join(into, 'two'))).toBe(false)
})

test('an archive of too many entries is refused at the first of those', async () => {
  const into = tempDir()
  const archive = archiveOf(Array.from({ length: 12 }, (_, index) => ({ path: `r/${index}` })))
  await expect(unpack({ archive, into, name: 'it', limits })).rejects.toMatchObject({ code: 'archive-refused' })
  expect(readdirSync(into).filter((name) => Number(name) >= limits.entries)).toEqual([])
})

test('an archive just below both limits is unpacked', async () => {
  const into = tempDir()
  const archive = archiveOf(Array.from({ length: 10 }, (_, at) => ({ path: `r/${at}`, text: 'x'.repeat(100_000) })))
  await unpack({ archive, into, name: 'it', limits })
  expect(readdirSync(into)).toHaveLength(10)
})

const longName = `r/${'n'.repeat(5000)}`
const broken: Record<string, () => string> = {
  'has a name too long for any file': () =>
    archiveOf([first, { path: 'r/n', extended: { path: longName }, text: 'x' }, last]),
  'has a file where a folder is needed': () => archiveOf([first, { path: 'r/first/below', text: 'x' }, last]),
  'replaces a folder that is not empty by a link': () =>
    archiveOf([{ path: 'r/d/x', text: 'x' }, link('r/d', 'elsewhere'), last]),
  'is compressed, but no archive': () => fileOf(gzipSync('only a sentence, compressed. '.repeat(100))),
  'ends in the middle of a file': () => archiveOf([first, { path: 'r/half', declaredBytes: 100_000, text: 'half' }]),
}

function fileOf(bytes: Buffer): string {
  const file = path.join(tempDir(), 'it.tar.gz')
  writeFileSync(file, bytes)
  return file
}

test.each(Object.entries(broken))('an archive that %s is reported as broken', async (_, make) => {
  const outside = tempDir()
  const unpacking = unpack({ archive: make(), into: path.join(outside, 'inside'), name: 'the archive' })
  await expect(unpacking).rejects.toMatchObject({ code: 'release-broken' })
  expect(readdirSync(outside)).toEqual(['inside'])
})

test.each([
  ...Object.values(hostile)
    .slice(0, 4)
    .map((evil) => () => archiveOf([first, ...evil, last])),
  ...Object.values(broken),
])('nothing is left of one in the cache (%#)', async (make) => {
  const { world } = await fakeRelease()
  const context = recorder()
  const installing = install({ redis: make(), malloc: 'libc' }, context, world)
  await expect(installing).rejects.toMatchObject({
    code: expect.stringMatching(/^archive-refused$|^release-broken$/) as string,
  })
  expectNothingBuilt(context.cacheDir)
})
