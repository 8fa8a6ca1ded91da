import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { LabEvent } from '../../src/events.js'
import { download, HostUnreachable, type Download } from '../../src/release/download/download.js'
import { serve, tempDir } from './support.js'
import { containing, including, matching } from './matchers.js'

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251))
const half = content.length / 2
const sha256 = createHash('sha256').update(content).digest('hex')

function jobFor(base: string, more: Partial<Download> = {}): Download & { events: LabEvent[] } {
  const events: LabEvent[] = []
  return {
    url: new URL('redis.tar.gz', base),
    sha256,
    file: path.join(tempDir(), 'file'),
    env: {},
    emit: (event) => void events.push(event),
    patience: { answerMs: 5000, stallMs: 250, backoffMs: 1, fruitlessTries: 3, allTries: 12 },
    events,
    ...more,
  }
}

const seen = (events: readonly LabEvent[], type: LabEvent['type']) => events.filter((event) => event.type === type)

test('a file arrives whole, with its size known from the start', async () => {
  const { base } = await serve((_request, response) =>
    response.setHeader('content-length', content.length).end(content),
  )
  const job = jobFor(base)
  await download(job)
  expect(readFileSync(job.file).equals(content)).toBe(true)
  expect(seen(job.events, 'download-progress')[0]).toMatchObject({ totalBytes: content.length })
  expect(job.events.at(-1)).toEqual({ type: 'download-done', sizeBytes: content.length, sha256 })
})

test('a connection that breaks in the middle is resumed where it broke', async () => {
  const { base, requests } = await serve((request, response, nth) => {
    response.setHeader('etag', '"one"')
    if (nth === 0) {
      response.setHeader('content-length', content.length).write(content.subarray(0, half), () => response.destroy())
      return
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1])
    response.setHeader('content-range', `bytes ${from}-${content.length - 1}/${content.length}`)
    response.writeHead(206).end(content.subarray(from))
  })
  const job = jobFor(base)
  await download(job)
  expect(readFileSync(job.file).equals(content)).toBe(true)
  expect(requests[1]?.headers).toMatchObject({ range: matching(/^bytes=[1-9]\d*-$/), 'if-range': '"one"' })
  expect(seen(job.events, 'download-retry')).toHaveLength(1)
})

test('where the server cannot resume, it starts again from zero', async () => {
  const { base, requests } = await serve((_request, response, nth) => {
    response.setHeader('content-length', content.length)
    if (nth === 0) response.write(content.subarray(0, half), () => response.destroy())
    else response.end(content)
  })
  const job = jobFor(base)
  await download(job)
  expect(readFileSync(job.file).equals(content)).toBe(true)
  expect(requests).toHaveLength(2)
})

test('a server that resumes at another place is not believed', async () => {
  const { base } = await serve((_request, response, nth) => {
    if (nth === 0)
      response.setHeader('content-length', content.length).write(content.subarray(0, half), () => response.destroy())
    else if (nth === 1)
      response
        .writeHead(206, { 'content-range': `bytes 7-${content.length - 1}/${content.length}` })
        .end(content.subarray(7))
    else response.end(content)
  })
  const job = jobFor(base)
  await download(job)
  expect(readFileSync(job.file).equals(content)).toBe(true)
})

test('a body that stops short every time is a host that cannot be reached', async () => {
  const { base, requests } = await serve((_request, response) => {
    response.setHeader('content-length', content.length).write(content.subarray(0, half), () => response.destroy())
  })
  const job = jobFor(base)
  await expect(download(job)).rejects.toBeInstanceOf(HostUnreachable)
  expect(requests.length).toBeGreaterThanOrEqual(job.patience.fruitlessTries)
})

test('a connection on which nothing moves is broken, and the next one goes on', async () => {
  const { base } = await serve((_request, response, nth) => {
    response.setHeader('content-length', content.length)
    if (nth === 0) response.write(content.subarray(0, half))
    else response.end(content)
  })
  const job = jobFor(base)
  await download(job)
  expect(seen(job.events, 'download-retry')).toMatchObject([{ reason: 'no byte for 250 ms' }])
})

test('a server that never answers is given up', async () => {
  const { base } = await serve(() => {})
  const job = jobFor(base, { patience: { answerMs: 50, stallMs: 50, backoffMs: 1, fruitlessTries: 2, allTries: 12 } })
  await expect(download(job)).rejects.toThrow('no answer within 50 ms')
})

test('an overloaded server is asked again, with growing pauses', async () => {
  const { base } = await serve((_request, response, nth) => {
    if (nth < 2) response.writeHead(503).end()
    else response.end(content)
  })
  const job = jobFor(base)
  await download(job)
  expect(seen(job.events, 'download-retry')).toMatchObject([{ delayMs: 1 }, { delayMs: 2 }])
})

test('a file that does not exist is asked for once', async () => {
  const { base, requests } = await serve((_request, response) => void response.writeHead(404).end())
  await expect(download(jobFor(base))).rejects.toMatchObject({
    code: 'release-unreachable',
    message: containing('does not exist'),
  })
  expect(requests).toHaveLength(1)
})

test('another content than was published is an error that names both sums', async () => {
  const { base } = await serve((_request, response) => void response.end('something else'))
  const lie = createHash('sha256').update('something else').digest('hex')
  await expect(download(jobFor(base))).rejects.toMatchObject({
    code: 'checksum-mismatch',
    message: containing(base),
    details: including(containing(sha256), containing(lie)),
  })
})

test('redirects are followed', async () => {
  const { base } = await serve((request, response) => {
    if (request.url === '/there') response.end(content)
    else response.writeHead(302, { location: '/there' }).end()
  })
  await download(jobFor(base))
})

test('redirects in a circle end, and are no reason to try again', async () => {
  const { base, requests } = await serve(
    (_request, response) => void response.writeHead(302, { location: '/redis.tar.gz' }).end(),
  )
  await expect(download(jobFor(base))).rejects.toMatchObject({
    code: 'release-unreachable',
    message: containing('more than 5'),
  })
  expect(requests).toHaveLength(6)
})

test.each([['http://mirror.test/x'], ['file:///etc/passwd']])('a redirect to %s is refused', async (location) => {
  const { base } = await serve((_request, response) => void response.writeHead(302, { location }).end())
  await expect(download(jobFor(base))).rejects.toMatchObject({
    code: 'release-unreachable',
    message: containing('refused'),
  })
})

test('a proxy named in the environment carries the request', async () => {
  const proxy = await serve((_request, response) => void response.end(content))
  await download(jobFor('http://127.0.0.1:9/', { env: { HTTP_PROXY: proxy.base } }))
  expect(proxy.requests[0]?.url).toBe('http://127.0.0.1:9/redis.tar.gz')
})

test('https goes through a tunnel of the proxy, and a proxy that refuses it is not taken for the host', async () => {
  const proxy = await serve(
    () => {},
    () => 'HTTP/1.1 404 Nothing Here\r\n\r\n',
  )
  const job = jobFor('https://mirror.test/', { env: { https_proxy: proxy.base } })
  await expect(download(job)).rejects.toBeInstanceOf(HostUnreachable)
  expect(proxy.requests[0]).toMatchObject({ method: 'CONNECT', url: 'mirror.test:443' })
  expect(seen(job.events, 'download-retry')[0]).toMatchObject({ reason: `the proxy ${proxy.base} refused: status 404` })
})

test('NO_PROXY goes past the proxy', async () => {
  const { base } = await serve((_request, response) => void response.end(content))
  await download(jobFor(base, { env: { HTTP_PROXY: 'http://127.0.0.1:9/', NO_PROXY: '127.0.0.1' } }))
})

test('an abort ends a download in the middle', async () => {
  const controller = new AbortController()
  const { base } = await serve((_request, response) => {
    response.setHeader('content-length', content.length).write(content.subarray(0, half))
  })
  const emit = (event: LabEvent) => {
    if (event.type === 'download-progress') controller.abort()
  }
  await expect(download(jobFor(base, { emit, signal: controller.signal }))).rejects.toMatchObject({
    code: 'interrupted',
  })
})
