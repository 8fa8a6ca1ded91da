/** What a lab keeps while it is down, and what the next `up` may change. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { directive } from '../support/ask.js'
import { idsOf, nodeOf, small } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
const status = () => scratch.json<LabStatus>('status')
const confOf = (lab: LabStatus, name: string) => path.join(nodeOf(lab, name).dir, 'redis.conf')

let first: LabStatus

test('--set adds a directive, or replaces one of the template', async () => {
  const set = [
    '--set',
    'maxmemory 100mb',
    '--set',
    'cluster-node-timeout 7000',
    '--set',
    'maxmemory-policy allkeys-lru',
  ]
  first = await scratch.json('up', ...small, ...set)
  for (const { name, port } of first.nodes) {
    const conf = readFileSync(confOf(first, name), 'utf8')
    expect(conf).toContain('\nmaxmemory 100mb\n')
    expect(conf.match(/^cluster-node-timeout .*$/gm)).toEqual(['cluster-node-timeout 7000'])
    expect(await directive(port, 'maxmemory')).toBe('104857600')
    expect(await directive(port, 'cluster-node-timeout')).toBe('7000')
    expect(await directive(port, 'maxmemory-policy')).toBe('allkeys-lru')
  }
})

test('a lab that runs does not take on other directives', async () => {
  const { code, stderr } = await scratch.run('up', '--set', 'maxmemory 50mb')
  expect(code).toBe(2)
  expect(stderr).toMatch(/--set: the lab has "maxmemory 100mb", .*, you asked for "maxmemory 50mb"/)
  expect(await directive(nodeOf(first, 'm1').port, 'maxmemory')).toBe('104857600')
})

test('an edit of a redis.conf is there again after down and up', async () => {
  await scratch.run('cli', '--', 'set', 'kept', 'yes')
  await scratch.json('down')
  appendFileSync(confOf(first, 'm2'), '# mine\nslowlog-max-len 77\n')

  const resumed = await scratch.json<LabStatus>('up')
  expect(idsOf(resumed)).toEqual(idsOf(first))
  expect(await directive(nodeOf(resumed, 'm2').port, 'slowlog-max-len')).toBe('77')
  expect(readFileSync(confOf(resumed, 'm2'), 'utf8')).toContain('# mine\nslowlog-max-len 77\n')
  expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
})

test('other directives write each redis.conf anew, and the old text is kept beside it', async () => {
  await scratch.json('down')
  const edited = readFileSync(confOf(first, 'm2'), 'utf8')

  const resumed = await scratch.json<LabStatus>('up', '--set', 'maxmemory 50mb')
  expect(idsOf(resumed)).toEqual(idsOf(first))
  for (const { port } of resumed.nodes) expect(await directive(port, 'maxmemory')).toBe('52428800')
  const { port } = nodeOf(resumed, 'm2')
  expect(await directive(port, 'maxmemory-policy')).toBe('noeviction')
  expect(await directive(port, 'cluster-node-timeout')).toBe('5000')
  expect(readFileSync(`${confOf(resumed, 'm2')}.previous`, 'utf8')).toBe(edited)
  expect((await scratch.run('cli', '--', 'get', 'kept')).stdout).toBe('yes\n')
})

test('a lab whose port was taken meanwhile is not resumed, and its data stays', async () => {
  await scratch.json('down')
  const { port } = nodeOf(first, 'm3')
  const server = net.createServer().listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { code, stderr } = await scratch.run('up')
  server.close()
  expect(code).toBe(2)
  expect(stderr).toContain(`redis-lab: port ${port} (data port): taken by `)
  expect(existsSync(path.join(nodeOf(first, 'm1').dir, 'nodes.conf'))).toBe(true)
  expect(await status()).toMatchObject({ state: 'stopped' })
})

test('down --purge of a lab that is down deletes what was kept', async () => {
  const { stdout } = await scratch.run('down', '--purge')
  expect(stdout).toBe('Lab "default" was down already, and its data is deleted.\n')
  expect(existsSync(first.dir)).toBe(false)
})
