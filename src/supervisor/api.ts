/**
 * The control API: HTTP over a Unix socket that only its owner can reach. The only door to the HTTP server.
 *
 *     GET  /status             LabStatus, asked of every node at that moment
 *     GET  /events             events as they happen, a JSON document per line, until the lab ends or the caller hangs up
 *     POST /stop               ends the lab; answers when its servers are gone
 *     POST /reset              back to the planned topology, and empty; answers with what was undone
 *     POST /upgrade            to another release, node by node; answers when every node runs it
 *     POST /nodes/NAME/VERB    start, stop, restart, kill, pause or resume; answers with the node's status when it is a fact
 *     POST /nodes/NAME/failover
 *     POST /nodes/NAME/await-failover   answers when another node is master in the place of this one
 *     POST /wait               answers with the status when a level of readiness is proven
 *     POST /snapshot           puts the data of every master, as of one moment, into a folder that is there and empty
 *
 * What is refused is answered with an ErrorData: 4xx for what was asked, 5xx for what went wrong.
 */
import { chmodSync } from 'node:fs'
import path from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { streamText } from 'hono/streaming'
import { LabError, type ErrorData } from '../errors.js'
import type { FailoverMode, ReadyLevel } from '../events.js'
import { makePrivateDir } from '../util/files.js'
import type { Listener } from './events.js'
import { nodeVerbs, type NodeVerb } from './node-verbs.js'
import { removeDeadSocket } from './orphans.js'
import type { FailoverResult, LabStatus, NodeStatus, ResetResult, UpgradeResult } from './status.js'
import type { TakenSnapshot } from './take-snapshot.js'
import type { UpgradeOrder } from './upgrades.js'

export interface ControlTarget {
  status(): Promise<LabStatus>
  stop(reason: string): Promise<void>
  /** @throws LabError `node-not-found`, `wrong-state`, or what went wrong */
  verb(name: string, verb: NodeVerb, options: { restart: boolean; timeoutMs: number }): Promise<NodeStatus>
  failover(name: string, options: { mode: FailoverMode; timeoutMs: number }): Promise<FailoverResult>
  /** @throws LabError `not-ready` */
  waitFor(level: ReadyLevel, options: { timeoutMs: number }): Promise<LabStatus>
  /** @throws LabError `node-not-found`, `wrong-state`, `failover-failed` */
  awaitFailover(name: string, options: { timeoutMs: number }): Promise<FailoverResult>
  snapshot(options: { dir: string; timeoutMs: number }): Promise<TakenSnapshot>
  /** @throws LabError `wrong-state`, `reset-failed` */
  reset(options: { timeoutMs: number }): Promise<ResetResult>
  /** @throws LabError `wrong-state`, `bad-input` (nothing was touched then), `upgrade-failed` */
  upgrade(order: UpgradeOrder): Promise<UpgradeResult>
  listen(listener: Listener): () => void
}

export interface ControlServer {
  close(): Promise<void>
}

const mostBodyBytes = 64 * 1024

/** @throws LabError `lab-busy` when another supervisor answers on this socket */
export async function serveControl(socket: string, target: ControlTarget): Promise<ControlServer> {
  makePrivateDir(path.dirname(socket))
  if (!(await removeDeadSocket(socket))) {
    throw new LabError({ code: 'lab-busy', message: 'another supervisor already looks after this lab' })
  }
  const server = createAdaptorServer({ fetch: routes(target).fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  chmodSync(socket, 0o600)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // Nobody is to wait for those who only listen.
        if ('closeAllConnections' in server) setImmediate(() => server.closeAllConnections())
      }),
  }
}

function routes(target: ControlTarget): Hono {
  const app = new Hono()
  const tooLarge: ErrorData = { code: 'bad-input', message: `a body has at most ${mostBodyBytes} bytes` }
  app.use(bodyLimit({ maxSize: mostBodyBytes, onError: (context) => context.json(tooLarge, 413) }))
  app.get('/status', async (context) => context.json(await target.status()))
  app.get('/events', (context) => streamEvents(context, target))
  app.post('/stop', async (context) => {
    await target.stop('redis-lab down')
    return context.json({ stopped: true })
  })
  app.post('/reset', async (context) => {
    const { parsePatienceBody } = await import('./requests.js')
    return context.json(await target.reset(parsePatienceBody(await context.req.text())))
  })
  app.post('/upgrade', async (context) => {
    const { parseUpgradeBody } = await import('./requests.js')
    return context.json(await target.upgrade(parseUpgradeBody(await context.req.text())))
  })
  app.post('/nodes/:name/failover', async (context) => {
    const { parseFailoverBody } = await import('./requests.js')
    return context.json(await target.failover(context.req.param('name'), parseFailoverBody(await context.req.text())))
  })
  app.post('/nodes/:name/await-failover', async (context) => {
    const { parsePatienceBody } = await import('./requests.js')
    return context.json(
      await target.awaitFailover(context.req.param('name'), parsePatienceBody(await context.req.text())),
    )
  })
  app.post('/wait', async (context) => {
    const { parseWaitBody } = await import('./requests.js')
    const { level, timeoutMs } = parseWaitBody(await context.req.text())
    return context.json(await target.waitFor(level, { timeoutMs }))
  })
  app.post('/nodes/:name/:verb', async (context) => {
    const { name, verb: said } = context.req.param()
    const verb = nodeVerbs.find((known) => known === said)
    if (!verb) return nothingThere(context)
    const { parseVerbBody } = await import('./requests.js')
    return context.json(await target.verb(name, verb, parseVerbBody(await context.req.text())))
  })
  app.post('/snapshot', async (context) => {
    const { parseSnapshotBody } = await import('./requests.js')
    return context.json(await target.snapshot(parseSnapshotBody(await context.req.text())))
  })
  app.notFound(nothingThere)
  app.onError((thrown, context) => {
    const error = LabError.from(thrown)
    return context.json(error.toJSON(), error.exitCode === 2 ? 400 : 500)
  })
  return app
}

function nothingThere(context: Context) {
  const { method, path } = context.req
  return context.json({ code: 'bad-input', message: `there is no ${method} ${path}` }, 404)
}

function streamEvents(context: Context, target: ControlTarget) {
  return streamText(context, async (stream) => {
    await new Promise<void>((resolve) => {
      const deaf = target.listen((event) => void stream.writeln(JSON.stringify(event)))
      stream.onAbort(() => {
        deaf()
        resolve()
      })
    })
  })
}
