/** The typed client of a supervisor's control API. */
import { existsSync } from 'node:fs'
import http from 'node:http'
import { LabError, type ErrorData } from '../errors.js'
import type { TimedEvent } from '../events.js'
import type {
  FailoverBody,
  FailoverResult,
  LabStatus,
  NodeStatus,
  NodeVerb,
  PatienceBody,
  ResetResult,
  SnapshotBody,
  TakenSnapshot,
  UpgradeBody,
  UpgradeResult,
  VerbBody,
  WaitBody,
} from '../supervisor/index.js'

/** Long enough for a lab whose servers need their whole grace to stop. */
const answerMs = 30_000
/** Timers know no longer ones. */
const longestMs = 2 ** 31 - 1 - answerMs

/** @throws LabError `supervisor-failed` when nobody answers; what the supervisor itself reports */
export const askStatus = (socket: string): Promise<LabStatus> =>
  ask<LabStatus>(socket, { method: 'GET', path: '/status' })

export const askStop = (socket: string): Promise<unknown> => ask(socket, { method: 'POST', path: '/stop' })

export const askVerb = (socket: string, node: string, verb: NodeVerb, body: VerbBody): Promise<NodeStatus> =>
  ask<NodeStatus>(socket, { method: 'POST', path: `/nodes/${node}/${verb}`, body, timeoutMs: body.timeoutMs })

export const askFailover = (socket: string, node: string, body: FailoverBody): Promise<FailoverResult> =>
  ask<FailoverResult>(socket, { method: 'POST', path: `/nodes/${node}/failover`, body, timeoutMs: body.timeoutMs })

export const askWait = (socket: string, body: WaitBody): Promise<LabStatus> =>
  ask<LabStatus>(socket, { method: 'POST', path: '/wait', body, timeoutMs: body.timeoutMs })

export const askAwaitFailover = (socket: string, node: string, body: PatienceBody): Promise<FailoverResult> =>
  ask<FailoverResult>(socket, {
    method: 'POST',
    path: `/nodes/${node}/await-failover`,
    body,
    timeoutMs: body.timeoutMs,
  })
export const askSnapshot = (socket: string, body: SnapshotBody): Promise<TakenSnapshot> =>
  ask<TakenSnapshot>(socket, { method: 'POST', path: '/snapshot', body, timeoutMs: body.timeoutMs })
export const askReset = (socket: string, body: PatienceBody): Promise<ResetResult> =>
  ask<ResetResult>(socket, { method: 'POST', path: '/reset', body, timeoutMs: body.timeoutMs })

/** It may take its time at each of its steps, of which no node has more than four. */
export const askUpgrade = (socket: string, nodes: number, body: UpgradeBody): Promise<UpgradeResult> =>
  ask<UpgradeResult>(socket, {
    method: 'POST',
    path: '/upgrade',
    body,
    timeoutMs: Math.min(longestMs, nodes * 4 * (body.timeoutMs ?? 0)),
  })

interface Question {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  /** What the supervisor itself has for it; it gets some more to answer. */
  readonly timeoutMs?: number | undefined
}

function ask<Answer>(socketPath: string, { method, path, body, timeoutMs = 0 }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(silent(socketPath, error))
    const timeout = answerMs + timeoutMs
    const request = http.request({ socketPath, method, path, agent: false, timeout }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.once('error', fail)
      response.once('end', () => {
        try {
          const answer: unknown = JSON.parse(text)
          if (response.statusCode === 200) resolve(answer as Answer)
          else reject(new LabError(answer as ErrorData))
        } catch (error) {
          fail(error as Error)
        }
      })
    })
    request.once('timeout', () => request.destroy(new Error(`no answer within ${timeout} ms`)))
    request.once('error', fail)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/**
 * Passes on the events of a lab from now on, until it ends. Keeps nobody alive; one that is awaited does until it has begun.
 *
 * @returns once the supervisor delivers, with what hangs up; `onEnd` is called when the supervisor ended the connection
 */
export function listenTo(
  socketPath: string,
  listener: (event: TimedEvent) => void,
  { awaited = false, onEnd = () => {} }: { awaited?: boolean; onEnd?: () => void } = {},
): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path: '/events', agent: false }, (response) => {
      let rest = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line !== '') listener(JSON.parse(line) as TimedEvent)
      })
      // The lab has ended, which its last event has said, or its supervisor has.
      response.once('error', () => {})
      response.once('close', onEnd)
      if (awaited) response.socket.unref()
      resolve(() => {
        response.off('close', onEnd)
        request.destroy()
      })
    })
    if (!awaited) request.once('socket', (socket) => socket.unref())
    request.once('error', (error) => reject(silent(socketPath, error)))
  })
}

function silent(socketPath: string, error: Error): LabError {
  // A supervisor that is killed leaves its socket behind; one that ends in order removes it first.
  const ended = !existsSync(socketPath)
  return new LabError(
    {
      code: 'supervisor-failed',
      message: `the supervisor of this lab does not answer: ${ended ? 'the lab was taken down' : error.message}`,
      hint: ended
        ? 'redis-lab ls shows which labs are running.'
        : 'Run the command again: it takes over what the lab has left running. Its data stays.',
      details: [`socket: ${socketPath}`],
    },
    { cause: error },
  )
}
