import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { Channel } from '../../../src/supervisor/index.js'

/** A line that ends where it begins: what is sent comes back, and so does what is written to the socket. */
function loop() {
  const socket = new PassThrough()
  const received: unknown[] = []
  let closed = 0
  const channel = new Channel<unknown, unknown>(socket, {
    onMessage: (message) => received.push(message),
    onClose: () => closed++,
  })
  return { socket, channel, received, timesClosed: () => closed }
}

/** Until everything that was written has been read. */
async function drained(socket: PassThrough): Promise<void> {
  socket.end()
  await once(socket, 'close')
}

test('messages arrive one by one, in order, line breaks in them included', async () => {
  const { socket, channel, received } = loop()
  channel.send({ event: 'one\ntwo' })
  channel.send({ stopped: true })
  await drained(socket)
  expect(received).toEqual([{ event: 'one\ntwo' }, { stopped: true }])
})

test('a message may come in pieces, cut in the middle of a character', async () => {
  const { socket, received } = loop()
  for (const byte of Buffer.from('{"a":"zoë"}\n{"b":1}\n')) socket.write(Buffer.of(byte))
  await drained(socket)
  expect(received).toEqual([{ a: 'zoë' }, { b: 1 }])
})

test('a message that was not finished is none', async () => {
  const { socket, received } = loop()
  socket.write('{"a":1}\n{"b":')
  await drained(socket)
  expect(received).toEqual([{ a: 1 }])
})

test('the end of the line is told once, also when it broke', async () => {
  const { socket, timesClosed } = loop()
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.destroy(new Error('ECONNRESET'))
  await closed
  expect(timesClosed()).toBe(1)
})

test('after its end nothing is sent, and sending is no error', async () => {
  const { socket, channel, received } = loop()
  const closed = once(socket, 'close')
  await new Promise<void>((resolve) => channel.close(resolve))
  channel.send({ late: true })
  await closed
  expect(received).toEqual([])
})
