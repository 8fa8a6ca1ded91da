import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lockHolder, withLock } from '../../../src/util/lock.js'
import { identify } from '../../../src/util/process-identity.js'
import { thrownBy, useTempDir } from '../support.js'
import { anyText, damaged } from './arbitraries.js'

const temp = useTempDir()
const file = () => temp('locks', 'one')
const own = identify(process.pid) ?? expect.fail('this process is not there')
const claim = { ...own, command: 'redis-lab up', nonce: '00' }

/** Anything but a claim of a process that lives. */
const stale = fc
  .oneof(
    anyText,
    fc.jsonValue().map((value) => JSON.stringify(value)),
    damaged(JSON.stringify(claim)),
    fc.record({ pid: fc.jsonValue(), startTime: fc.jsonValue() }).map((value) => JSON.stringify(value)),
    fc.record({ pid: fc.oneof(fc.integer(), fc.double()), startTime: anyText }).map((value) => JSON.stringify(value)),
  )
  .filter((text) => !text.includes(own.startTime))

test('a file that stands where a lock belongs holds up nobody when no living process stands behind it', async () => {
  mkdirSync(temp('locks'))
  await fc.assert(
    fc.asyncProperty(fc.oneof(stale, fc.uint8Array({ maxLength: 40 })), async (content) => {
      writeFileSync(file(), content)
      expect(lockHolder(file())).toBeUndefined()
      const onWait = () => expect.fail('there is nobody to wait for')
      const ran = await withLock(file(), { command: 'mine', onWait }, async () => lockHolder(file())?.command)
      expect(ran).toBe('mine')
      expect(readdirSync(temp('locks'))).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('a living holder is waited for, whatever else its claim says', async () => {
  mkdirSync(temp('locks'))
  const odd = fc.constant({ toString: 1, valueOf: 1 })
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom('command', 'nonce'), fc.oneof(odd, fc.jsonValue(), anyText)),
      async (said) => {
        const text = JSON.stringify({ ...said, ...own })
        writeFileSync(file(), text)
        const controller = new AbortController()
        const waiting = withLock(
          file(),
          { command: 'mine', signal: controller.signal, onWait: () => controller.abort() },
          () => expect.fail('the lock was taken from its holder'),
        )
        expect(await thrownBy(() => waiting)).toMatchObject({ code: 'interrupted' })
        expect(readFileSync(file(), 'utf8')).toBe(text)
        expect(readdirSync(temp('locks'))).toEqual(['one'])
      },
    ),
  )
})

const obstacles: Record<string, () => void> = {
  'a folder': () => mkdirSync(file()),
  'a link to nowhere': () => symlinkSync('nowhere', file()),
  'a link in a circle': () => symlinkSync('one', file()),
}

test.each(Object.entries(obstacles))(
  '%s in its place ends the attempt with its name, instead of never',
  async (_, put) => {
    mkdirSync(path.dirname(file()))
    put()
    const taking = withLock(file(), { command: 'mine' }, async () => expect.fail('begun'))
    const error = await thrownBy(() => taking)
    expect(error).toMatchObject({ code: 'storage', message: expect.stringContaining(file()) as string })
    expect(readdirSync(temp('locks'))).toEqual(['one'])
  },
)

test.runIf(process.getuid?.() !== 0)('so does a file that cannot be read', async () => {
  mkdirSync(path.dirname(file()))
  writeFileSync(file(), '')
  chmodSync(file(), 0)
  expect(await thrownBy(() => withLock(file(), { command: 'mine' }, async () => {}))).toMatchObject({ code: 'storage' })
  rmSync(file())
})
