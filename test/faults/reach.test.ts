/** Who can reach a lab: this machine its servers, this user its supervisor. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { isRunning, nodeOf, pidsOf, small, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'

const scratch = useScratch('file')
let lab: LabStatus
beforeAll(async () => {
  lab = await scratch.json<LabStatus>('up', ...small)
})
afterAll(async () => {
  await scratch.json('down', '--purge')
})

test('the control socket is its owner’s alone, and so is its folder', () => {
  const { socket } = supervisorOf(lab)
  expect(statSync(socket).mode & 0o777).toBe(0o600)
  const folder = statSync(path.dirname(socket))
  expect({ mode: folder.mode & 0o777, uid: folder.uid }).toEqual({ mode: 0o700, uid: process.getuid?.() })
})

const isRoot = process.getuid?.() === 0

test.skipIf(!isRoot)('another user cannot connect to the control socket', async () => {
  const program = `require('node:net').connect(process.argv[1])
    .on('connect', () => console.log('connected')).on('error', (error) => console.log(error.code))`
  const nobody = { uid: 65_534, gid: 65_534, cwd: '/', env: {} }
  const said = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ['-e', program, supervisorOf(lab).socket], nobody, (error, stdout) =>
      error ? reject(new Error(error.message)) : resolve(stdout.trim()),
    )
  })
  expect(said).toBe('EACCES')
  expect(pidsOf(lab).every(isRunning)).toBe(true)
})

interface Listener {
  readonly address: string
  readonly port: number
}

/** Where a process accepts TCP connections, as the kernel has it. */
function listenersOf(pid: number): Listener[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
    ),
  )
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && own.has(inode ?? ''))
    .map(([, local = '']) => {
      const [address = '', port = ''] = local.split(':')
      return { address, port: Number.parseInt(port, 16) }
    })
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    // Closed since.
    return ''
  }
}

/** 127.0.0.1 and ::1, in words of four bytes as this machine has them. */
const loopback = ['0100007F', '00000000000000000000000001000000']

test.skipIf(process.platform !== 'linux')(
  'no process of a lab listens beyond loopback, the supervisor not at all',
  () => {
    for (const { name } of lab.nodes) {
      const { pid, port, busPort } = nodeOf(lab, name)
      const listeners = listenersOf(pid)
      expect(listeners.map((one) => one.port).sort()).toEqual([port, busPort].sort())
      expect(listeners.filter(({ address }) => !loopback.includes(address))).toEqual([])
    }
    expect(listenersOf(supervisorOf(lab).pid)).toEqual([])
  },
)
