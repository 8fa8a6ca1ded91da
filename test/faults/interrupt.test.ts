/** Ctrl-C in `up`, at every step: what was begun is undone, exit 130; a second one does not wait for that. */
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { NodeClient } from '../../src/node/index.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { neverProven, neverReady, nodeOf, small } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'
import { watch, type Watched } from '../support/watch.js'

const scratch = useScratch()
const cache = () => path.join(scratch.dir, 'cache')
const useEmptyCache = () => void (scratch.env['REDIS_LAB_CACHE'] = cache())

async function expectUndone(up: Watched): Promise<void> {
  const { code, stdout, stderr } = await up.ended
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toMatch(/^redis-lab: interrupted/m)
  expect(scratch.processes()).toEqual([])
  expect(labsIn(scratch.places)).toEqual([])
}

test('while the release is downloaded', async () => {
  useEmptyCache()
  // A proxy that takes the connection and never says a word.
  const sockets = new Set<Socket>()
  const proxy = createServer().on('connect', (_, socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  scratch.env['HTTPS_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  try {
    const up = watch(scratch.start(['up', ...small, '--redis', '8.0.6']))
    await up.says(/^downloading https:/m)
    await expect.poll(() => sockets.size, { timeout: 15_000 }).toBeGreaterThan(0)
    up.kill('SIGINT')
    await expectUndone(up)
    expect(readdirSync(path.join(cache(), 'builds'))).toEqual([])
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => proxy.close(resolve))
  }
})

test('while it is made', async () => {
  useEmptyCache()
  const up = watch(scratch.start(['up', ...small, '--redis', slowSource()]))
  await expect.poll(() => existsSync(path.join(scratch.dir, 'making')), { timeout: 30_000 }).toBe(true)
  up.kill('SIGINT')
  await expectUndone(up)
  expect(readdirSync(path.join(cache(), 'builds'))).toEqual([])
})

/** Sources whose make says that it has begun, and does not end. */
function slowSource(): string {
  const dir = path.join(scratch.dir, 'source', 'src')
  mkdirSync(dir, { recursive: true })
  const mark = path.join(scratch.dir, 'making')
  writeFileSync(path.join(dir, 'version.h'), `#define REDIS_VERSION "${inject('build').version}"\n`)
  writeFileSync(path.join(dir, 'Makefile'), `redis-server:\n\ttouch ${mark}\n\tsleep 600\nredis-cli:\n\ttrue\n`)
  return path.dirname(dir)
}

test.each([
  ['the first servers are spawned', [...neverReady], /^starting lab /m],
  ['they are joined', [...neverReady], /^forming the cluster/m],
  ['they are proven', [...neverProven], /^not yet "/m],
] as const)('while %s', async (_, args, sign) => {
  const up = watch(scratch.start(['up', ...args]))
  await up.says(sign)
  up.kill('SIGINT')
  await expectUndone(up)
})

test('a second Ctrl-C kills at once what would take its time to end, and what was kept is kept', async () => {
  // A lab with data, whose next start hangs in its proof.
  const options = [...neverProven, '--set', 'enable-debug-command local']
  const lab = await scratch.json<LabStatus>('up', ...options, '--wait', 'ok')
  await scratch.json('down')
  const up = watch(scratch.start(['up']))
  await up.says(/^not yet "/m)
  // A server that does nothing else for 8 seconds: it would end in order after them, and be killed after 10.
  const { port } = nodeOf(await scratch.json<LabStatus>('status'), 'm1')
  const busy = ask(port, 'DEBUG', 'SLEEP', '8').catch(() => {})
  await expect.poll(() => answers(port), { timeout: 15_000 }).toBe(false)
  up.kill('SIGINT')
  await expect.poll(() => events(lab), { timeout: 15_000 }).toContain('"reason":"interrupted"')
  up.kill('SIGINT')
  expect(await up.ended).toMatchObject({ code: 130, stdout: '' })
  await busy
  await expect.poll(() => scratch.processes(), { timeout: 15_000 }).toEqual([])
  expect(events(lab)).toMatch(/"type":"node-exited","node":"m1".*"exit":"signal SIGKILL","cause":"down"/)
  expect(await scratch.json<LabStatus>('status')).toMatchObject({ state: 'stopped' })
  await scratch.json('down', '--purge')
})

async function answers(port: number): Promise<boolean> {
  const client = await NodeClient.connect(port, { timeoutMs: 300 })
  return client.call('PING').then(
    () => true,
    () => false,
  )
}

const events = ({ dir }: LabStatus): string => readFileSync(path.join(dir, 'supervisor.log'), 'utf8')
