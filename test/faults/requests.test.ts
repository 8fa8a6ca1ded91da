/** Whatever is sent to the control socket: it is answered, and the lab is as before. */
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { pidsOf, small, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'
import { exchange, open } from '../support/socket.js'

const scratch = useScratch('file')
let lab: LabStatus
let socket: string

beforeAll(async () => {
  lab = await scratch.json<LabStatus>('up', ...small)
  socket = supervisorOf(lab).socket
})
afterAll(async () => {
  await scratch.json('down', '--purge')
})
afterEach(async () => {
  const now = await scratch.json<LabStatus>('status')
  expect(now.state).toBe('running')
  expect(pidsOf(now)).toEqual(pidsOf(lab))
  expect(now.nodes.map(({ restarts }) => restarts)).toEqual([0, 0, 0])
})

const head = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'host: lab', 'connection: close', ...headers, '', ''].join('\r\n')
const post = (path: string, body: string) => head(`POST ${path}`, `content-length: ${Buffer.byteLength(body)}`) + body
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])

test.each([
  ['random bytes', randomBytes(4096)],
  ['zeros', Buffer.alloc(1000)],
  ['a greeting of another protocol', '*1\r\n$4\r\nPING\r\n'],
  ['a handshake of TLS', Buffer.from('16030100ff010000fb0303', 'hex')],
  ['a verb that is none', 'BREW /status HTTP/1.1\r\nhost: lab\r\n\r\n'],
  ['a version that is none', 'GET /status HTTP/9.9\r\nhost: lab\r\n\r\n'],
  ['a header without a name', 'GET /status HTTP/1.1\r\n: x\r\n\r\n'],
  ['two lengths', 'POST /stop HTTP/1.1\r\nhost: lab\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx'],
  ['a length that is none', 'POST /stop HTTP/1.1\r\nhost: lab\r\ncontent-length: -1\r\n\r\n'],
  ['a length and chunks', head('POST /stop', 'content-length: 3', 'transfer-encoding: chunked') + '0\r\n\r\n'],
  ['a chunk of no size', head('POST /nodes/m1/stop', 'transfer-encoding: chunked') + 'zz\r\n\r\n'],
])('%s: refused', async (_, bytes) => {
  expect(statusOf(await exchange(socket, bytes))).toBe(400)
})

test.each([
  ['no JSON', 'stop'],
  ['half of it', '{"restart": tr'],
  ['no object', '[]'],
  ['a wrong type', '{"restart": "yes"}'],
  ['an unknown key', '{"restart": true, "force": true}'],
  ['no time at all', '{"timeoutMs": 0}'],
  ['more time than there is', '{"timeoutMs": 1e300}'],
  ['a prototype', '{"__proto__": {"restart": false}}'],
])('a body that is %s is bad input, for every verb', async (_, body) => {
  for (const verb of ['stop', 'kill', 'restart', 'pause', 'failover']) {
    const answer = await exchange(socket, post(`/nodes/m1/${verb}`, body))
    expect(statusOf(answer), answer).toBe(400)
    expect(answer).toContain('"code":"bad-input"')
  }
})

test.each([
  ['/nodes/m9/stop', 400, 'node-not-found'],
  ['/nodes/..%2f/stop', 400, 'node-not-found'],
  ['/nodes/..%2fstop/stop', 400, 'node-not-found'],
  ['/nodes/%00/kill', 400, 'node-not-found'],
  ['/nodes/%ff%fe/kill', 400, 'node-not-found'],
  ['/nodes/__proto__/kill', 400, 'node-not-found'],
  [`/nodes/${'m'.repeat(2000)}/kill`, 400, 'node-not-found'],
  ['/nodes/m1/constructor', 404, 'bad-input'],
  ['/nodes/m1/', 404, 'bad-input'],
  ['/nodes//stop', 404, 'bad-input'],
  ['/nodes/m1/stop/', 404, 'bad-input'],
  ['/nodes/m1%2fstop', 404, 'bad-input'],
  ['//stop', 404, 'bad-input'],
  ['/STOP', 404, 'bad-input'],
])('POST %s does nothing', async (path, status, code) => {
  const answer = await exchange(socket, post(path, ''))
  expect(statusOf(answer), answer).toBe(status)
  expect(answer).toContain(`"code":"${code}"`)
})

test('a body that is too large is refused, whether or not it says so', async () => {
  const body = `{"restart": true${' '.repeat(100_000)}}`
  const size = body.length.toString(16)
  for (const path of ['/stop', '/nodes/m1/kill']) {
    expect(statusOf(await exchange(socket, post(path, body)))).toBe(413)
    const chunked = head(`POST ${path}`, 'transfer-encoding: chunked')
    expect(statusOf(await exchange(socket, chunked, `${size}\r\n${body}\r\n0\r\n\r\n`))).toBe(413)
  }
})

test.each([
  ['one that is huge', [`x: ${'y'.repeat(100_000)}`]],
  ['very many', Array.from({ length: 10_000 }, (_, n) => `x-${n}: y`)],
])('of headers, %s: refused', async (_, headers) => {
  expect(statusOf(await exchange(socket, head('GET /status', ...headers)))).toBe(431)
})

test('a thousand headers are nothing that anybody minds', async () => {
  const headers = Array.from({ length: 1000 }, (_, n) => `x-${n}: y`)
  expect(statusOf(await exchange(socket, head('GET /status', ...headers)))).toBe(200)
})

test('an address that is too long is refused', async () => {
  expect(statusOf(await exchange(socket, head(`GET /${'x'.repeat(100_000)}`)))).toBe(431)
})

test('hundreds who connect at once are served, and those who say nothing are in the way of nobody', async () => {
  const silent = await Promise.all(Array.from({ length: 300 }, () => open(socket)))
  const answers = await Promise.all(Array.from({ length: 100 }, () => exchange(socket, head('GET /status'))))
  expect(answers.map(statusOf)).toEqual(answers.map(() => 200))
  for (const one of silent) one.destroy()
})

test('whoever hangs up in the middle is not missed', async () => {
  const sent = [
    'GET /sta',
    head('GET /status'),
    head('GET /events'),
    head('POST /nodes/m1/stop', 'content-length: 1000') + '{"restart"',
    head('POST /stop', 'transfer-encoding: chunked') + 'ff\r\n{',
  ]
  for (const text of sent) for (let n = 0; n < 20; n++) (await open(socket, text)).destroy()
  const listener = await open(socket, head('GET /events'))
  await new Promise((resolve) => listener.once('data', resolve))
  listener.destroy()
  // There is something to tell, and one fewer to tell it to.
  await scratch.json('pause', 'm1')
  await scratch.json('resume', 'm1')
})
