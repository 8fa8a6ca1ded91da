/**
 * ONE redis-server: its process and what state it is in.
 *
 *              start()            PONG                    pause()
 *     stopped ────────► starting ───────► running ◄──────────────────► paused
 *        ▲                 │  │            │   │  ▲       resume()        │
 *        │ exit            │  └──── exit ──┘   │  └─ adopt()             │   exit that nobody asked for, or kill():
 *     stopping ◄── stop() ─┴──────── stop() ───┴───────────────────────┘   crashed, and `onCrash` is told
 *                                                     crashed ── start() ──► starting
 *
 * The state is a union, so that a process exists in exactly the states that have one. What happens after a crash is not
 * decided here but by the supervisor.
 */
import { existsSync } from 'node:fs'
import nodeProcess from 'node:process'
import { LabError } from '../errors.js'
import type { Emit, ExitCause, PauseCause, StartCause } from '../events.js'
import { nodeFiles } from '../paths.js'
import type { Build } from '../release/index.js'
import { commandFor } from '../spec/index.js'
import { isPaused, type ProcessIdentity } from '../util/process-identity.js'
import { until } from '../util/until.js'
import type { Access } from './access.js'
import { NodeClient } from './client.js'
import { confSource, listenArgs, listenProblems, loopback, type ListenPlan } from './listen.js'
import { adopt, launch, type ServerProcess } from './process.js'
import { shutDown } from './shutdown.js'
import { confError, folderError, notListening, startError } from './start-error.js'

type State =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' | 'running' | 'stopping'; readonly process: ServerProcess }
  | { readonly kind: 'paused'; readonly process: ServerProcess; readonly was: 'starting' | 'running' }
  | { readonly kind: 'crashed'; readonly exit: string }

export interface RedisNodeOptions {
  /** The lab that it belongs to: commands that hints name are about that one. */
  readonly lab: string
  readonly name: string
  readonly port: number
  readonly dir: string
  readonly build: Build
  readonly access?: Access
  /** The words of its `bind` directive. Without it: the loopback address. */
  readonly bind?: readonly string[]
  readonly emit: Emit
  /** Called after an exit that leaves the node crashed: one that nobody asked for, or `kill`. */
  readonly onCrash: (node: RedisNode, cause: ExitCause) => void
}

export interface Waiting {
  /** From Date.now(). */
  readonly deadline: number
  readonly signal?: AbortSignal | undefined
}

const listenPollMs = 3

export class RedisNode {
  readonly lab: string
  readonly name: string
  readonly port: number
  readonly dir: string
  /** How often it was started again after it had ended unasked. */
  restarts = 0
  /** It answered in the life that it lives or lived last. */
  hasListened = false
  #state: State = { kind: 'stopped' }
  /** Why the present process is about to end, where somebody has asked for it. */
  #ending: ExitCause | undefined
  #logFromBytes = 0
  #client: Promise<NodeClient> | undefined
  #build: Build
  readonly #options: RedisNodeOptions

  constructor(options: RedisNodeOptions) {
    this.lab = options.lab
    this.name = options.name
    this.port = options.port
    this.dir = options.dir
    this.#build = options.build
    this.#options = options
  }

  get state(): State['kind'] {
    return this.#state.kind
  }

  get identity(): ProcessIdentity | undefined {
    return 'process' in this.#state ? this.#state.process.identity : undefined
  }

  get build(): Build {
    return this.#build
  }

  /** From its next start on. A server that runs has the one that it was started with. */
  use(build: Build): void {
    if ('process' in this.#state) throw new Error(`${this.name} is ${this.state}: it runs another build`)
    this.#build = build
  }

  /** How its last process ended; undefined unless it has crashed. */
  get exit(): string | undefined {
    return this.#state.kind === 'crashed' ? this.#state.exit : undefined
  }

  /** Somebody deleted it. A server that runs does not notice, until it ends and all it knew is lost. */
  get folderIsGone(): boolean {
    return !existsSync(this.dir)
  }

  /** Where its log ended when it was started last. */
  get logFromBytes(): number {
    return this.#logFromBytes
  }

  /**
   * Spawns the server. `args` are directives for this run only, as `--name value` words; redis.conf stays the user's.
   *
   * @throws LabError `node-failed` when its folder cannot be used, or its redis.conf would have it listen elsewhere; it counts
   *   as crashed then
   */
  start(args: readonly string[] = [], cause: StartCause = 'up'): void {
    if ('process' in this.#state) throw new Error(`${this.name} is ${this.state}: it cannot be started`)
    const { dir, emit, name, port } = this.#options
    this.hasListened = false
    const plan = this.#listenPlan
    const problems = this.folderIsGone ? [] : listenProblems(plan)
    if (problems.length > 0) {
      this.#state = { kind: 'crashed', exit: problems.join('; ') }
      throw confError(this.#asFailed(), problems)
    }
    let process: ServerProcess
    try {
      const conf = confSource(dir, nodeProcess.platform)
      const words = [...conf.args, ...listenArgs(plan), ...args]
      process = launch({ ...conf, program: this.#build.server, args: words, cwd: dir, output: nodeFiles.log(dir) })
    } catch (error) {
      const exit = this.folderIsGone ? `its folder ${dir} is gone` : (error as Error).message
      this.#state = { kind: 'crashed', exit }
      throw folderError(this.#asFailed(), exit, error)
    }
    this.#logFromBytes = process.outputFromBytes
    this.#live({ kind: 'starting', process })
    const { identity } = process
    if (identity) emit({ type: 'node-started', node: name, port, pid: identity.pid, cause })
  }

  get #listenPlan(): ListenPlan {
    const { dir, port, access, bind = [loopback] } = this.#options
    return { dir, port, tls: access?.tls !== undefined, bind }
  }

  /** Takes over a server that an earlier supervisor has started. It is to be known by then whether it is this node's. */
  adopt(identity: ProcessIdentity): void {
    if ('process' in this.#state) throw new Error(`${this.name} is ${this.state}: it cannot adopt a server`)
    this.#live({ kind: 'running', process: adopt(identity) })
    this.hasListened = true
    this.#options.emit({ type: 'node-adopted', node: this.name, port: this.port, pid: identity.pid })
    this.observe()
  }

  #live(state: { readonly kind: 'starting' | 'running'; readonly process: ServerProcess }): void {
    this.#state = state
    this.#ending = undefined
    void state.process.exited.then((exit) => this.#onExit(state.process, exit))
  }

  /**
   * Resolves when the server answers PONG, that is, when it has also loaded its data.
   *
   * @throws LabError at once when the process exits (`node-failed`, `port-taken`), `not-ready` at the deadline
   */
  async listening({ deadline, signal }: Waiting): Promise<void> {
    if (this.#state.kind === 'running') return
    let last = 'it does not accept connections'
    const pong = await until(
      async () => {
        if (this.#state.kind === 'crashed') throw await this.startError(this.#state.exit)
        if (!('process' in this.#state)) throw this.#wrongState('will not answer')
        try {
          const client = await this.client()
          const answer = await client.text('PING')
          // Its own end closes the connection. Another server on its port, one that took it first, goes on answering.
          return (answer === 'PONG' && 'process' in this.#state) || undefined
        } catch (error) {
          last = (error as Error).message
          return undefined
        }
      },
      { deadline, pollMs: listenPollMs, signal },
    )
    if (!pong) throw await notListening(this.#asFailed(), last)
    if (this.#state.kind === 'starting') this.#state = { kind: 'running', process: this.#state.process }
    this.hasListened = true
    this.#options.emit({ type: 'node-listening', node: this.name, port: this.port })
  }

  /** A connection to this node, kept and shared; made anew when the last one was lost. */
  async client(): Promise<NodeClient> {
    const kept = await this.#client?.catch(() => undefined)
    if (kept?.open) return kept
    const { access } = this.#options
    this.#client = NodeClient.connect(this.port, { ...(access && { access }) })
    return this.#client
  }

  /** A new connection to another node of its cluster, with the same credentials; it is the caller's to close. */
  connectTo(host: string, port: number): Promise<NodeClient> {
    const { access } = this.#options
    return NodeClient.connect(port, { host, ...(access && { access }) })
  }

  /** In order, and by force where that takes too long. Resolves when the process is gone. */
  async stop(cause: ExitCause = 'down'): Promise<void> {
    if (!('process' in this.#state)) {
      this.#state = { kind: 'stopped' }
      return
    }
    const { process } = this.#state
    this.#state = { kind: 'stopping', process }
    this.#ending = cause
    await shutDown(process, () => this.client())
  }

  /** SIGKILL, as a crash would have it. Resolves when the process is gone; the node has crashed then. */
  async kill(): Promise<void> {
    if (!('process' in this.#state)) throw this.#wrongState('cannot be killed')
    const { process } = this.#state
    this.#ending ??= 'kill'
    process.signal('SIGKILL')
    await process.exited
  }

  /** SIGSTOP: it holds its ports and connections, and does nothing. Resolves when it stands still. */
  async pause(waiting: Waiting): Promise<void> {
    await this.#signalUntil('SIGSTOP', 'paused', waiting)
  }

  /** SIGCONT. Resolves when it answers again. */
  async resume(waiting: Waiting): Promise<void> {
    await this.#signalUntil('SIGCONT', 'running', waiting)
    await this.listening(waiting)
  }

  async #signalUntil(signal: NodeJS.Signals, goal: 'paused' | 'running', { deadline }: Waiting): Promise<void> {
    if (!('process' in this.#state) || this.#state.kind === 'stopping') {
      throw this.#wrongState(goal === 'paused' ? 'cannot be paused' : 'cannot be resumed')
    }
    this.#state.process.signal(signal)
    const reached = () => {
      this.observe('asked')
      return (this.#state.kind === 'paused') === (goal === 'paused') || undefined
    }
    if (await until(reached, { deadline, pollMs: listenPollMs })) return
    throw new LabError({ code: 'not-ready', message: `${this.name} (port ${this.port}) is still ${this.state}` })
  }

  /** Looks whether its process stands still: anybody may have sent it a SIGSTOP or SIGCONT. */
  observe(cause: PauseCause = 'outside'): void {
    const state = this.#state
    if (!('process' in state) || state.kind === 'stopping' || !state.process.identity) return
    const { process } = state
    const paused = isPaused(state.process.identity)
    if (paused === (state.kind === 'paused')) return
    this.#state = state.kind === 'paused' ? { kind: state.was, process } : { kind: 'paused', process, was: state.kind }
    const type = paused ? 'node-paused' : 'node-resumed'
    this.#options.emit({ type, node: this.name, port: this.port, pid: state.process.identity.pid, cause })
  }

  /** Why the server did not come up. @returns LabError `node-failed`, `port-taken` */
  startError(exit: string): Promise<LabError> {
    return startError(this.#asFailed(), exit)
  }

  #asFailed() {
    const { lab, name, port, dir, logFromBytes } = this
    return { lab, name, port, dir, logFromBytes, program: this.#build.server }
  }

  #wrongState(what: string): LabError {
    const command = (verb: string) => commandFor(this.lab, verb, this.name)
    const hint = {
      stopped: `${command('start')} starts it.`,
      crashed: `${command('start')} starts it.`,
      paused: `${command('resume')} lets it run on.`,
      starting: `${command('logs')} shows what it does.`,
      running: undefined,
      stopping: undefined,
    }[this.state]
    return new LabError({ code: 'wrong-state', message: `${this.name} is ${this.state}: it ${what}`, hint })
  }

  #onExit(process: ServerProcess, exit: string): void {
    const cause = this.#ending ?? 'crash'
    const crashed = cause === 'crash' || cause === 'kill'
    this.#state = crashed ? { kind: 'crashed', exit } : { kind: 'stopped' }
    void this.#client?.then((client) => client.close()).catch(() => {})
    this.#client = undefined
    const pid = process.identity?.pid ?? 0
    this.#options.emit({ type: 'node-exited', node: this.name, port: this.port, pid, exit, cause })
    if (crashed) this.#options.onCrash(this, cause)
  }
}
