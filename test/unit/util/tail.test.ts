import { appendFileSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { followFile, readTail } from '../../../src/util/tail.js'
import { useTempDir } from '../support.js'

const temp = useTempDir()
const log = () => temp('log')
const linesTo = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`)

test('the last lines of a file, and where it ends', async () => {
  writeFileSync(log(), 'one\ntwo\nthree\n')
  expect(await readTail(log(), 2)).toEqual({ lines: ['two', 'three'], endBytes: 14 })
})

test('a last line without a line break counts', async () => {
  writeFileSync(log(), 'one\ntwo\nthr')
  expect((await readTail(log(), 2)).lines).toEqual(['two', 'thr'])
})

test('more lines than there are is all of them, none is none', async () => {
  writeFileSync(log(), 'one\ntwo\n')
  expect((await readTail(log(), 10)).lines).toEqual(['one', 'two'])
  expect(await readTail(log(), 0)).toEqual({ lines: [], endBytes: 8 })
})

test('an empty line is a line', async () => {
  writeFileSync(log(), 'one\n\n')
  expect((await readTail(log(), 2)).lines).toEqual(['one', ''])
})

test('no file and an empty file have no lines', async () => {
  expect(await readTail(log(), 5)).toEqual({ lines: [], endBytes: 0 })
  writeFileSync(log(), '')
  expect(await readTail(log(), 5)).toEqual({ lines: [], endBytes: 0 })
})

test('lines that go across the border of two pieces are whole, characters too', async () => {
  const lines = linesTo(20_000).map((line) => `${line} ë`)
  writeFileSync(log(), `${lines.join('\n')}\n`)
  expect((await readTail(log(), 15_000)).lines).toEqual(lines.slice(-15_000))
})

test('one line longer than a piece is whole', async () => {
  const long = 'x'.repeat(200_000)
  writeFileSync(log(), `first\n${long}\n`)
  expect((await readTail(log(), 1)).lines).toEqual([long])
})

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** Follows the log from its end; the lines seen so far. */
function follow(fromBytes = 0): string[] {
  const seen: string[] = []
  const controller = new AbortController()
  const following = followFile(log(), { fromBytes, onLine: (line) => seen.push(line), signal: controller.signal })
  stops.push(() => {
    controller.abort()
    return following
  })
  return seen
}

const toSee = (seen: string[], lines: string[]) =>
  expect.poll(() => seen, { timeout: 5000, interval: 5 }).toEqual(lines)

test('what is added is handed on line by line, a line when it is whole', async () => {
  writeFileSync(log(), 'old\n')
  const seen = follow(4)
  appendFileSync(log(), 'one\ntw')
  await toSee(seen, ['one'])
  appendFileSync(log(), 'o\n')
  await toSee(seen, ['one', 'two'])
})

test('a file that appears only later is followed from its beginning', async () => {
  const seen = follow()
  writeFileSync(log(), 'one\n')
  await toSee(seen, ['one'])
})

test('characters on the border of two pieces stay whole', async () => {
  const line = `x${'ë'.repeat(100_000)}`
  writeFileSync(log(), `${line}\n`)
  await toSee(follow(), [line])
})

test('a file that became shorter is read from its beginning, and what was left of the old one is forgotten', async () => {
  writeFileSync(log(), 'one\nunfinished and lost')
  const seen = follow()
  await toSee(seen, ['one'])
  writeFileSync(log(), 'new\n')
  await toSee(seen, ['one', 'new'])
})

test('following ends at once when it is aborted', async () => {
  writeFileSync(log(), '')
  await followFile(log(), { fromBytes: 0, onLine: () => {}, signal: AbortSignal.abort() })
})
