/**
 * The control API: HTTP over a Unix socket that only its owner can reach. The only door to the HTTP server.
 *
 *     GET  /status   LabStatus, asked of every node at that moment
 *     POST /stop     ends the lab; answers when its servers are gone
 */
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { LabError } from '../errors.js'
import type { LabStatus } from './status.js'

export interface ControlTarget {
  status(): Promise<LabStatus>
  stop(reason: string): Promise<void>
}

export interface ControlServer {
  close(): Promise<void>
}

const mostBodyBytes = 64 * 1024

/** @throws LabError `lab-busy` when another supervisor answers on this socket */
export async function serveControl(socket: string, target: ControlTarget): Promise<ControlServer> {
  const app = new Hono()
  app.use(
    bodyLimit({
      maxSize: mostBodyBytes,
      onError: (context) =>
        context.json({ code: 'bad-input', message: `a body has at most ${mostBodyBytes} bytes` }, 413),
    }),
  )
  app.get('/status', async (context) => context.json(await target.status()))
  app.post('/stop', async (context) => {
    await target.stop('redis-lab down')
    return context.json({ stopped: true })
  })
  app.notFound((context) =>
    context.json({ code: 'bad-input', message: `there is no ${context.req.method} ${context.req.path}` }, 404),
  )
  app.onError((error, context) => context.json(LabError.from(error).toJSON(), 500))

  makePrivateDir(path.dirname(socket))
  await clearStaleSocket(socket)
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  chmodSync(socket, 0o600)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeIdleConnections' in server) server.closeIdleConnections()
      }),
  }
}

/** In a folder that others can write to, anybody could have made ours first. */
function makePrivateDir(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const stat = lstatSync(dir)
  if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o077) !== 0) {
    throw new LabError({
      code: 'supervisor-failed',
      message: `${dir} is not a folder that belongs to this user alone`,
      hint: 'Control sockets live there. Remove it, or make it yours with mode 0700.',
    })
  }
}

/** A socket on which somebody answers is never unlinked. */
async function clearStaleSocket(socket: string): Promise<void> {
  const answered = await new Promise<boolean>((resolve) => {
    const probe = net.connect(socket, () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
  if (answered) throw new LabError({ code: 'lab-busy', message: 'another supervisor already looks after this lab' })
  rmSync(socket, { force: true })
}
