/** Ports of many labs at once, and ports that somebody else takes in the wrong moment. */
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { findFreePorts } from '../../src/node/index.js'
import { portsDir } from '../../src/paths.js'
import type { LabStatus } from '../../src/supervisor/index.js'
import { ask } from '../support/ask.js'
import { nodeOf, small } from '../support/lab.js'
import { labsIn, useScratch } from '../support/scratch.js'

const scratch = useScratch()
const portsOf = ({ nodes }: LabStatus) => nodes.flatMap(({ port, busPort }) => [port, busPort])
const claimsOf = (lab: LabStatus) => {
  const claimed = new Set(readdirSync(portsDir(scratch.places)))
  return portsOf(lab).filter((port) => claimed.has(String(port)))
}

test('labs that choose their ports at the same time, in processes of their own, share none', async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const labs = await Promise.all(names.map((name) => scratch.json<LabStatus>('up', ...small, '--name', name)))
  const ports = labs.flatMap(portsOf)
  expect(new Set(ports).size).toBe(ports.length)
  for (const lab of labs) expect(lab).toMatchObject({ state: 'running', ready: { level: 'full' } })
  await scratch.json('down', '--all', '--purge')
  expect(labs.flatMap(claimsOf), 'claims end with their labs').toEqual([])
})

test('the port of a node that was stopped on purpose stays its own', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  await scratch.json('stop', 'm2')
  const { port } = lab.nodes[1] ?? { port: 0 }
  const { code, stderr } = await scratch.run(
    'up',
    '--name',
    'other',
    '--masters',
    '1',
    '--replicas',
    '0',
    '--port',
    String(port),
  )
  expect(code).toBe(2)
  expect(stderr).toMatch(
    new RegExp(`^redis-lab: port ${port} \\(data port\\): kept for the lab "default" \\(process \\d+\\)$`, 'm'),
  )
  expect(labsIn(scratch.places)).toEqual(['default'])
  await scratch.json('start', 'm2')
  await scratch.json('down', '--purge')
})

/** A redis-server that finds its port taken the first `times` times, as the real one says it. */
function unluckyServer(times: number): string {
  const { server, cli } = inject('build')
  const dir = path.join(scratch.dir, 'unlucky')
  mkdirSync(path.join(dir, 'bin'), { recursive: true })
  for (let n = 1; n <= times; n++) writeFileSync(path.join(dir, `bad-luck-${n}`), '')
  const script = `#!/bin/sh
if [ "$1" != --version ]; then
  for luck in ${dir}/bad-luck-*; do
    if rm "$luck" 2>/dev/null; then
      echo '1:M 01 Jan 2026 00:00:00.000 # Warning: Could not create server TCP listening socket 127.0.0.1:1: bind: Address already in use'
      echo '1:M 01 Jan 2026 00:00:00.000 # Failed listening on port 1 (tcp), aborting.'
      exit 1
    fi
  done
fi
exec ${server} "$@"
`
  for (const [name, text] of [
    ['redis-server', script],
    ['redis-cli', `#!/bin/sh\nexec ${cli} "$@"\n`],
  ] as const) {
    writeFileSync(path.join(dir, 'bin', name), text)
    chmodSync(path.join(dir, 'bin', name), 0o755)
  }
  return dir
}

test('a port that is lost between choosing and binding makes room for others, where they were chosen by auto', async () => {
  const dir = unluckyServer(2)
  const { code, stdout, stderr } = await scratch.run('up', ...small, '--redis', dir)
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('All 16384 slots are served.')
  expect(stderr).toMatch(/^m\d \(port \d+\) did not start: Failed listening on port 1 .*; trying other ports$/m)
  expect(await scratch.json<LabStatus>('status')).toMatchObject({ state: 'running', ready: { level: 'full' } })
  await scratch.json('down', '--purge')
})

test('it is a clear error where the port was given', async () => {
  const dir = unluckyServer(1)
  const [port = 0] = await findFreePorts(3)
  const { code, stdout, stderr } = await scratch.run('up', '--replicas', '0', '--port', String(port), '--redis', dir)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^redis-lab: m\d \(port \d+\) did not start: Failed listening on port/m)
  expect(stderr).toMatch(/^ {2}.*Address already in use$/m)
  expect(stderr).toMatch(/^Somebody took the port .* choose another --port/m)
  expect(labsIn(scratch.places)).toEqual([])
})

test('luck that never comes is an error too, after a few blocks', async () => {
  const { code, stderr } = await scratch.run('up', ...small, '--redis', unluckyServer(1000))
  expect(code).toBe(2)
  expect(stderr.match(/trying other ports/g)).toHaveLength(4)
  expect(labsIn(scratch.places)).toEqual([])
})

test('a node whose port is taken while it is down says so when it is started, and starts when the port is free', async () => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  const { port } = nodeOf(lab, 'm3')
  await scratch.json('stop', 'm3')
  const squatter = net.createServer((socket) => socket.destroy()).listen(port, '127.0.0.1')
  await new Promise((resolve) => squatter.once('listening', resolve))
  const { code, stderr } = await scratch.run('start', 'm3')
  expect(code).toBe(2)
  expect(stderr).toMatch(/^redis-lab: m3 \(port \d+\) did not start: .*(Failed listening|already in use)/m)
  await new Promise((resolve) => squatter.close(resolve))
  await scratch.json('start', 'm3')
  expect(await ask(port, 'PING')).toBe('PONG')
  await scratch.json('down', '--purge')
})
