/** Starts a supervisor and stays on the line with it: what a caller holds of a lab that it started. */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { LabError, unreachable } from '../errors.js'
import type { TimedEvent } from '../events.js'
import { portHolder } from '../node/index.js'
import { labFiles, supervisorProgram } from '../paths.js'
import { Channel, type FromSupervisor, type LabStatus, type Order, type ToSupervisor } from '../supervisor/index.js'
import { deferred } from '../util/deferred.js'
import type { LockHolder } from '../util/lock.js'
import { identify } from '../util/process-identity.js'
import { tailLines } from '../util/text.js'

type Environment = Readonly<Record<string, string | undefined>>

export class SupervisorLine {
  /** Resolves when the lab is ready; rejects when it could not be made, after everything begun was ended. */
  readonly ready: Promise<LabStatus>
  /** Resolves when the supervisor's process is gone, with what went wrong if anything did. */
  readonly left: Promise<LabError | undefined>
  readonly #child: ChildProcess
  readonly #socket: Socket
  readonly #stderr: Socket
  readonly #channel: Channel<ToSupervisor, FromSupervisor>
  #dir: string | undefined
  /** What it said before it knew where its log is. */
  #firstWords = ''

  /** The process starts at once, and waits for its order: that takes it as long as the caller needs to find out what to order. */
  constructor(env: Environment, emit: (event: TimedEvent) => void) {
    this.#child = spawn(process.execPath, [supervisorProgram()], {
      detached: true,
      cwd: '/',
      env: withoutRuntimeSettings(env),
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    this.#stderr = this.#child.stderr as Socket
    this.#stderr.on('data', (chunk) => (this.#firstWords += String(chunk)))
    this.#socket = this.#child.stdio[3] as Socket

    const ready = deferred<LabStatus>()
    const left = deferred<LabError | undefined>()
    const gone = deferred<void>()
    let failure: LabError | undefined
    let finished = false
    this.#channel = new Channel<ToSupervisor, FromSupervisor>(this.#socket, {
      onMessage(message) {
        if ('event' in message) emit(message.event)
        else if ('ready' in message) ready.resolve(message.ready)
        else if ('failed' in message) failure = new LabError(message.failed)
        else if ('stopped' in message) finished = true
        else unreachable(message)
      },
      // It hangs up a moment before it exits, and "gone" is to mean that nothing of the lab runs.
      onClose: () =>
        void gone.promise.then(() => {
          if (!finished) failure ??= this.#vanished()
          ready.reject(
            failure ?? new LabError({ code: 'interrupted', message: 'the lab was taken down while it started' }),
          )
          left.resolve(failure)
        }),
    })
    this.#child.once('exit', (_, signal) => {
      // Ctrl-C at a terminal may reach it before it has a session of its own: it has begun nothing then.
      if (signal === 'SIGINT') failure = new LabError({ code: 'interrupted', message: 'interrupted' })
      gone.resolve()
    })
    this.#child.once('error', (error) => {
      ready.reject(error)
      gone.resolve()
    })
    this.ready = ready.promise
    this.left = left.promise
    // Whoever waits for one of the two need not have heard of the other.
    this.ready.catch(() => {})
  }

  /** The supervisor as the holder of what is claimed for its lab. @throws LabError `supervisor-failed` when it is gone already */
  holderFor(lab: string): LockHolder {
    const identity = this.#child.pid === undefined ? undefined : identify(this.#child.pid)
    if (identity) return portHolder(lab, identity)
    throw this.#vanished()
  }

  /** Tells it what to look after. */
  order(order: Order): void {
    this.#dir = order.record.dir
    this.#channel.send({ order })
  }

  /** Keeps the caller alive for as long as the supervisor is there. */
  ref(): void {
    this.#child.ref()
    this.#socket.ref()
  }

  /** Takes the lab down. @throws LabError when that did not go well */
  async stop(reason: string): Promise<void> {
    this.ref()
    this.#channel.send({ stop: { reason } })
    const failure = await this.left
    if (failure) throw failure
  }

  /** From here on neither the process nor the line keeps the caller alive. */
  unref(): void {
    this.#child.unref()
    this.#socket.unref()
    this.#stderr.unref()
  }

  /** Hangs up. A leased lab goes down then; any other stays. */
  hangUp(): void {
    this.#socket.destroy()
    this.#stderr.destroy()
    this.#child.unref()
  }

  /** It ended without a word: whatever it wrote stands at the end of its log, or came over its stderr. */
  #vanished(): LabError {
    const log = this.#dir === undefined ? undefined : labFiles.supervisorLog(this.#dir)
    return new LabError({
      code: 'supervisor-failed',
      message: 'the supervisor ended without saying why',
      details: [...tailLines(this.#firstWords, 12), ...(log ? [...logEnd(log), `log: ${log}`] : [])],
    })
  }
}

/**
 * The settings of the caller's own runtime (debugger, coverage, loaders of a test runner) are not meant for a supervisor, and
 * the password comes with the order: in an environment every server and every tool would have it.
 */
function withoutRuntimeSettings(env: Environment): Record<string, string | undefined> {
  const isMeant = (name: string) => !/^(NODE_|VITEST|JEST)/.test(name) && name !== 'REDIS_LAB_PASSWORD'
  return Object.fromEntries(Object.entries(env).filter(([name]) => isMeant(name)))
}

function logEnd(file: string): string[] {
  try {
    return tailLines(readFileSync(file, 'utf8'), 12)
  } catch {
    return []
  }
}
