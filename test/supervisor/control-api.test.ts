/** The control API, spoken to as any program may: HTTP over the lab's socket. */
import http from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { isRunning, pidsOf, small, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
let lab: LabStatus
beforeAll(async () => {
  lab = await scratch.json<LabStatus>('up', ...small)
})
afterAll(async () => {
  await scratch.run('down', '--purge')
})

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly text: string
}

function request(method: string, path: string, body = ''): Promise<Answer> {
  const { socket: socketPath } = supervisorOf(lab)
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': Buffer.byteLength(body) }
    const sent = http.request({ socketPath, method, path, headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.once('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], text }))
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

test('GET /status answers what status --json prints', async () => {
  const { status, type, text } = await request('GET', '/status')
  expect(status).toBe(200)
  expect(type).toContain('application/json')
  expect(JSON.parse(text)).toEqual(await scratch.json('status'))
})

test('what is not there is 404, in JSON', async () => {
  for (const [method, path] of [
    ['GET', '/nowhere'],
    ['GET', '/stop'],
    ['POST', '/status'],
    ['DELETE', '/'],
  ] as const) {
    const { status, type, text } = await request(method, path)
    expect({ status, type }).toEqual({ status: 404, type: expect.stringContaining('application/json') as string })
    expect(JSON.parse(text)).toEqual({ code: 'bad-input', message: `there is no ${method} ${path}` })
  }
})

test('a body that is too large is refused, and nothing is done', async () => {
  const { status, text } = await request('POST', '/stop', 'x'.repeat(100_000))
  expect(status).toBe(413)
  expect(JSON.parse(text)).toEqual({ code: 'bad-input', message: 'a body has at most 65536 bytes' })
  expect(await scratch.json('status')).toMatchObject({ state: 'running', supervisor: supervisorOf(lab) })
})

test('many who ask at once all get their answer', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => request('GET', '/status')))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
})

test('POST /stop answers when the servers are gone', async () => {
  const { status, text } = await request('POST', '/stop')
  expect({ status, text }).toEqual({ status: 200, text: '{"stopped":true}' })
  expect(lab.nodes.filter((node) => isRunning(node.pid ?? 0))).toEqual([])
  await expect.poll(() => pidsOf(lab).filter(isRunning)).toEqual([])
  expect(await scratch.json('status')).toMatchObject({ state: 'stopped' })
})
