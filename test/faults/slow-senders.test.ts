/** Connections on which nothing more comes keep no lab from going down. */
import { existsSync } from 'node:fs'
import process from 'node:process'
import { expect, test } from 'vitest'
import type { LabStatus } from '../../src/supervisor/index.js'
import { isRunning, pidsOf, small, supervisorOf } from '../support/lab.js'
import { useScratch } from '../support/scratch.js'
import { open } from '../support/socket.js'

const scratch = useScratch()
const patience = { timeout: 30_000, interval: 100 }

const halves = [
  '',
  'POST /st',
  'POST /stop HTTP/1.1\r\nhost: lab\r\n',
  'POST /nodes/m1/stop HTTP/1.1\r\nhost: lab\r\ncontent-length: 1000\r\n\r\n{"restart"',
  'POST /nodes/m1/kill HTTP/1.1\r\nhost: lab\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{',
  'GET /events HTTP/1.1\r\nhost: lab\r\n\r\n',
  'GET /status HTTP/1.1\r\nhost: lab\r\n\r\n',
  'GET /status HTTP/1.1\r\nhost: lab\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
]

test.each(['down', 'SIGTERM to the supervisor'])('%s ends the lab', async (way) => {
  const lab = await scratch.json<LabStatus>('up', ...small)
  const { pid, socket } = supervisorOf(lab)
  const connections = await Promise.all(halves.map((sent) => open(socket, sent)))
  expect(await scratch.json('status')).toMatchObject({ state: 'running' })
  if (way === 'down') expect(await scratch.run('down')).toMatchObject({ code: 0 })
  else process.kill(pid, 'SIGTERM')
  await expect.poll(() => pidsOf(lab).filter(isRunning), patience).toEqual([])
  expect(existsSync(socket)).toBe(false)
  for (const connection of connections) connection.destroy()
  await scratch.json('down', '--purge')
})
