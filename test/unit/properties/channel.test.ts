import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Channel } from '../../../src/supervisor/index.js'
import { anyText } from './arbitraries.js'

/** What a channel makes of these bytes, written in these pieces. */
async function heard(bytes: Buffer, cuts: readonly number[]) {
  const socket = new PassThrough()
  const received: unknown[] = []
  const closes: (Error | undefined)[] = []
  new Channel<unknown, unknown>(socket, {
    onMessage: (message) => received.push(message),
    onClose: (reason) => closes.push(reason),
  })
  const closed = once(socket, 'close')
  const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b)
  for (const [index, place] of places.entries()) {
    if (!socket.destroyed) socket.write(bytes.subarray(place, places[index + 1] ?? place))
  }
  if (!socket.destroyed) socket.end()
  // What was destroyed for a reason closes with an error; that it closes is what counts here.
  await closed.catch(() => undefined)
  await new Promise(setImmediate)
  return { received, closes }
}

const message = fc.dictionary(anyText, fc.oneof(fc.jsonValue(), anyText), { maxKeys: 3 })
const messages = fc.array(message, { maxLength: 5 })
const cuts = fc.array(fc.nat({ max: 300 }), { maxLength: 12 })
const linesOf = (given: readonly object[]) => given.map((one) => `${JSON.stringify(one)}\n`).join('')
const asSent = (given: readonly object[]): unknown => JSON.parse(JSON.stringify(given))

test('messages arrive whole and in order, wherever the bytes between them are cut', async () => {
  await fc.assert(
    fc.asyncProperty(messages, cuts, async (given, at) => {
      const { received, closes } = await heard(Buffer.from(linesOf(given)), at)
      expect(received).toEqual(asSent(given))
      expect(closes).toEqual([undefined])
    }),
    { numRuns: 300 },
  )
})

test('what is sent is what arrives at the other end', async () => {
  await fc.assert(
    fc.asyncProperty(messages, async (given) => {
      const socket = new PassThrough()
      const received: unknown[] = []
      const channel = new Channel<object, unknown>(socket, {
        onMessage: (one) => received.push(one),
        onClose: () => {},
      })
      for (const one of given) channel.send(one)
      const closed = once(socket, 'close')
      channel.close()
      await closed
      expect(received).toEqual(asSent(given))
    }),
  )
})

/** A line that is no JSON object. */
const garbage = fc
  .oneof(anyText, fc.constantFrom('', 'null', '[]', '1', '"x"', '{', '{"a":1}}', 'GET / HTTP/1.1\r'))
  .map((text) => text.replaceAll('\n', ''))
  .filter((text) => !/^\s*\{.*\}\s*$/s.test(text) || text === '{"a":1}}')

test('a line that is no message closes the line with a reason, after what came before it, and nothing that follows is heard', async () => {
  await fc.assert(
    fc.asyncProperty(messages, garbage, messages, cuts, async (before, line, after, at) => {
      const { received, closes } = await heard(Buffer.from(`${linesOf(before)}${line}\n${linesOf(after)}`), at)
      expect(received).toEqual(asSent(before))
      expect(closes).toEqual([
        expect.objectContaining({ message: expect.stringMatching(/^not a message: "/) as string }),
      ])
    }),
    { numRuns: 300 },
  )
})

test('any bytes at all give whole messages and one close, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), cuts, async (bytes, at) => {
      const { received, closes } = await heard(Buffer.from(bytes), at)
      expect(received.filter((one) => typeof one !== 'object' || one === null)).toEqual([])
      expect(closes).toHaveLength(1)
    }),
    { numRuns: 200 },
  )
})
