/**
 * ONE redis-server: its process and what state it is in.
 *
 *              start()            PONG
 *     stopped ────────► starting ───────► running
 *        ▲                 │  │              │ │
 *        │ exit            │  └──── exit ────┘ │      exit that nobody asked for: crashed, and `onCrash` is told
 *     stopping ◄── stop() ─┴─────── stop() ────┘
 *                                                     crashed ── start() ──► starting
 *
 * The state is a union, so that a process exists in exactly the states that have one. What happens after a crash is not
 * decided here but by the supervisor.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { LabError } from '../errors.js'
import type { Emit } from '../events.js'
import { nodeFiles } from '../paths.js'
import type { Build } from '../release/index.js'
import { identify, type ProcessIdentity } from '../util/process-identity.js'
import { until } from '../util/until.js'
import { NodeClient, ReplyError } from './client.js'
import { logTail } from './folder.js'

/** A server process that was spawned and has not been seen to exit. */
interface Running {
  readonly child: ChildProcess
  readonly identity: ProcessIdentity | undefined
  /** How it ended, in words: "exit code 1", "signal SIGKILL". */
  readonly exited: Promise<string>
}

type State =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' | 'running' | 'stopping'; readonly running: Running }
  | { readonly kind: 'crashed'; readonly exit: string }

export interface RedisNodeOptions {
  readonly name: string
  readonly port: number
  readonly dir: string
  readonly build: Build
  readonly emit: Emit
  /** Called after an exit that nobody asked for. */
  readonly onCrash: (node: RedisNode) => void
}

/** Both ways let Redis flush its append-only file; after this long it is killed. */
const stopGraceMs = 10_000
const askAgainMs = 100
const listenPollMs = 3

export class RedisNode {
  readonly name: string
  readonly port: number
  readonly dir: string
  restarts = 0
  #state: State = { kind: 'stopped' }
  #client: Promise<NodeClient> | undefined
  readonly #options: RedisNodeOptions

  constructor(options: RedisNodeOptions) {
    this.name = options.name
    this.port = options.port
    this.dir = options.dir
    this.#options = options
  }

  get state(): State['kind'] {
    return this.#state.kind
  }

  get identity(): ProcessIdentity | undefined {
    return 'running' in this.#state ? this.#state.running.identity : undefined
  }

  /** Spawns the server. `args` are directives for this run only, as `--name value` words; redis.conf stays the user's. */
  start(args: readonly string[] = []): void {
    if ('running' in this.#state) throw new Error(`${this.name} is ${this.state}: it cannot be started`)
    const { build, dir, emit, name, port } = this.#options
    // What the server says before it has read its configuration goes to the same file as its log.
    const log = openSync(nodeFiles.log(dir), 'a', 0o644)
    const child = spawn(build.server, [nodeFiles.conf(dir), ...args], { cwd: dir, stdio: ['ignore', log, log] })
    closeSync(log)
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`))
    })
    const running: Running = { child, identity: child.pid === undefined ? undefined : identify(child.pid), exited }
    this.#state = { kind: 'starting', running }
    if (child.pid !== undefined) emit({ type: 'node-started', node: name, port, pid: child.pid })
    void exited.then((exit) => this.#onExit(running, exit))
  }

  /**
   * Resolves when the server answers PONG, that is, when it has also loaded its data.
   *
   * @throws LabError `node-failed` at once when the process exits, `not-ready` at the deadline
   */
  async listening({ deadline, signal }: { deadline: number; signal?: AbortSignal | undefined }): Promise<void> {
    if (this.#state.kind === 'running') return
    let last = 'it does not accept connections'
    const pong = await until(
      async () => {
        if (this.#state.kind === 'crashed') throw await this.startError(this.#state.exit)
        if (!('running' in this.#state)) throw new Error(`${this.name} is ${this.state}: it will not listen`)
        try {
          const client = await this.client()
          return (await client.text('PING')) === 'PONG' || undefined
        } catch (error) {
          last = (error as Error).message
          return undefined
        }
      },
      { deadline, pollMs: listenPollMs, signal },
    )
    if (!pong) {
      const details = await this.#evidence()
      throw new LabError({
        code: 'not-ready',
        message: `${this.name} (port ${this.port}) is not ready: ${last}`,
        details,
      })
    }
    if (this.#state.kind === 'starting') this.#state = { kind: 'running', running: this.#state.running }
    this.#options.emit({ type: 'node-listening', node: this.name, port: this.port })
  }

  /** A connection to this node, kept and shared; made anew when the last one was lost. */
  async client(): Promise<NodeClient> {
    const kept = await this.#client?.catch(() => undefined)
    if (kept?.open) return kept
    this.#client = NodeClient.connect(this.port)
    return this.#client
  }

  /** The ladder: SHUTDOWN, SIGTERM, and after the grace SIGKILL. Resolves when the process is gone. */
  async stop(graceMs = stopGraceMs): Promise<void> {
    if (!('running' in this.#state)) {
      this.#state = { kind: 'stopped' }
      return
    }
    const { running } = this.#state
    this.#state = { kind: 'stopping', running }
    // A process that is paused hears nothing until it is continued.
    running.child.kill('SIGCONT')
    void this.#askToShutDown()
    // Redis refuses to go, and forgets that it was asked, while it writes its first append-only file.
    const again = setInterval(() => running.child.kill('SIGTERM'), askAgainMs)
    const killer = setTimeout(() => running.child.kill('SIGKILL'), graceMs)
    await running.exited
    clearInterval(again)
    clearTimeout(killer)
  }

  /** Faster than a signal, which waits for the next run of serverCron; and with NOW no master waits for its replicas. */
  async #askToShutDown(): Promise<void> {
    try {
      const client = await this.client()
      // NOW exists from 7.0 on. The answer to a shutdown that succeeds is that there is none.
      await client.call('SHUTDOWN', 'NOW').catch(async (error: unknown) => {
        if (error instanceof ReplyError && /syntax/i.test(error.message)) await client.call('SHUTDOWN')
      })
    } catch {
      // Whoever cannot be asked gets the signal.
    }
  }

  /** Why the server did not come up, in Redis's own words, with the end of its log. */
  async startError(exit: string): Promise<LabError> {
    const tail = await logTail(this.dir)
    const reason = tail.findLast((line) => /\w{3}/.test(line))?.replace(/^\d+:\S+ .*? [#*.-] /, '') ?? exit
    return new LabError({
      code: 'node-failed',
      message: `${this.name} (port ${this.port}) did not start: ${reason}`,
      hint: tail.some((line) => /FATAL CONFIG FILE ERROR|Unresolved Configuration/.test(line))
        ? 'Redis refuses a line of its redis.conf: look at what --set gave.'
        : 'The last lines of its log say why.',
      details: await this.#evidence(),
    })
  }

  async #evidence(): Promise<string[]> {
    const tail = await logTail(this.dir)
    return [
      ...tail,
      `log: ${nodeFiles.log(this.dir)}`,
      `command: ${this.#options.build.server} ${nodeFiles.conf(this.dir)}`,
    ]
  }

  #onExit(running: Running, exit: string): void {
    const expected = this.#state.kind === 'stopping'
    this.#state = expected ? { kind: 'stopped' } : { kind: 'crashed', exit }
    void this.#client?.then((client) => client.close()).catch(() => {})
    this.#client = undefined
    const pid = running.child.pid ?? 0
    this.#options.emit({ type: 'node-exited', node: this.name, port: this.port, pid, exit, expected })
    if (!expected) this.#options.onCrash(this)
  }
}
