import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ConnectionError, isServingAnswer, NodeClient, ReplyError } from '../../../src/node/index.js'
import { useServer } from './server.js'

const serve = useServer()
const silentMs = 40

test('words go out as a RESP array, counted in bytes', async () => {
  let sent = ''
  const port = await serve(({ socket, heard }) => {
    sent = heard()
    socket.write('+OK\r\n')
  })
  const client = await NodeClient.connect(port)
  await client.call('SET', 'kéy', 12)
  client.close()
  expect(sent).toBe('*3\r\n$3\r\nSET\r\n$4\r\nkéy\r\n$2\r\n12\r\n')
})

test('calls are sent at once and get their answers in order', async () => {
  const port = await serve(({ socket, heard }) => {
    // Nothing is answered before both calls are there.
    if (heard().includes('TWO')) socket.write(':1\r\n:2\r\n')
  })
  const client = await NodeClient.connect(port)
  expect(await Promise.all([client.call('ONE'), client.call('TWO')])).toEqual([1, 2])
  client.close()
})

test('every kind of reply is understood', async () => {
  const port = await serve(({ socket }) => {
    socket.write('*5\r\n+PONG\r\n:7\r\n$2\r\nhi\r\n$-1\r\n*1\r\n:1\r\n')
  })
  const client = await NodeClient.connect(port)
  expect(await client.call('X')).toEqual(['PONG', 7, 'hi', null, [1]])
  client.close()
})

test('a reply may come in pieces, cut in the middle of a character', async () => {
  const reply = Buffer.from('$6\r\nzoë!!\r\n')
  const port = await serve(({ socket }) => {
    void (async () => {
      for (const byte of reply) {
        socket.write(Buffer.of(byte))
        await turn()
      }
    })()
  })
  const client = await NodeClient.connect(port)
  expect(await client.text('GET', 'x')).toBe('zoë!!')
  client.close()
})

test('an error of the server rejects its call and no other', async () => {
  const port = await serve(({ socket, heard }) => {
    if (heard().includes('TWO')) socket.write('-ERR unknown command\r\n+fine\r\n')
  })
  const client = await NodeClient.connect(port)
  const [bad, good] = await Promise.allSettled([client.call('ONE'), client.call('TWO')])
  expect(bad).toEqual({ status: 'rejected', reason: new ReplyError('ERR unknown command') })
  expect(good).toEqual({ status: 'fulfilled', value: 'fine' })
  expect(client.open).toBe(true)
  client.close()
})

test('a server that stays silent loses the connection', async () => {
  const port = await serve(() => {})
  const client = await NodeClient.connect(port, { timeoutMs: silentMs })
  await expect(client.call('PING')).rejects.toEqual(new ConnectionError(`no answer within ${silentMs} ms`))
  expect(client.open).toBe(false)
})

test('an answer that has arrived while this process was held up is no silence', async () => {
  const port = await serve(({ socket }) => {
    socket.write('+PONG\r\n')
    // Nothing of this process runs for longer than the client would wait.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * silentMs)
  })
  const client = await NodeClient.connect(port, { timeoutMs: silentMs })
  expect(await client.call('PING')).toBe('PONG')
  expect(client.open).toBe(true)
  client.close()
})

test.each([
  ['MASTERDOWN Link with MASTER is down', true],
  ['NOAUTH Authentication required.', true],
  ['BUSY Redis is busy running a script', true],
  ['LOADING Redis is loading the dataset in memory', false],
  ['ERR max number of clients reached', false],
])('what shows a process that serves: %s', (answer, serves) => {
  expect(isServingAnswer(new ReplyError(answer))).toBe(serves)
  expect(isServingAnswer(new ConnectionError(answer))).toBe(false)
})

test('silence that nobody waits in is no fault', async () => {
  const port = await serve(({ socket }) => socket.write('+PONG\r\n'))
  const client = await NodeClient.connect(port, { timeoutMs: silentMs })
  expect(await client.call('PING')).toBe('PONG')
  await new Promise((resolve) => setTimeout(resolve, 2 * silentMs))
  expect(client.open).toBe(true)
  expect(await client.call('PING')).toBe('PONG')
  client.close()
})

test('closing rejects all that wait, and every call after it', async () => {
  const port = await serve(() => {})
  const client = await NodeClient.connect(port)
  const waiting = [client.call('ONE'), client.call('TWO')]
  client.close()
  const lost = new ConnectionError('the connection was closed')
  for (const call of [...waiting, client.call('THREE')]) await expect(call).rejects.toEqual(lost)
})

test('a server that goes away rejects all that wait', async () => {
  const port = await serve(({ socket }) => socket.end())
  const client = await NodeClient.connect(port)
  const calls = await Promise.allSettled([client.call('ONE'), client.call('TWO')])
  const reason = expect.any(ConnectionError) as unknown
  expect(calls).toEqual([
    { status: 'rejected', reason },
    { status: 'rejected', reason },
  ])
  expect(client.open).toBe(false)
})

test('what does not speak RESP is not waited for', async () => {
  const port = await serve(({ socket }) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const client = await NodeClient.connect(port)
  await expect(client.call('PING')).rejects.toBeInstanceOf(ConnectionError)
})

test('a port where nobody listens is a ConnectionError', async () => {
  // Port 1 needs rights to be listened on, and nobody does.
  await expect(NodeClient.connect(1)).rejects.toThrow(ConnectionError)
})

test.each([
  'ERR Client sent AUTH, but no password is set',
  'ERR AUTH <password> called without any password configured for the default user.',
])('a server that has no password any more lets everybody in: %s', async (answer) => {
  const port = await serve(({ socket, heard }) => {
    socket.write(heard().includes('PING') ? '+PONG\r\n' : `-${answer}\r\n`)
  })
  const client = await NodeClient.connect(port, { access: { user: { password: 'x' } } })
  expect(await client.call('PING')).toBe('PONG')
  client.close()
})

test('who is not let in has no connection', async () => {
  const port = await serve(({ socket }) => socket.write('-WRONGPASS invalid username-password pair\r\n'))
  await expect(NodeClient.connect(port, { access: { user: { name: 'bob', password: 'geheim' } } })).rejects.toThrow(
    /^WRONGPASS(?!.*geheim)/,
  )
})
