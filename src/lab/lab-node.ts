/** One node of a running lab, as a test or a program holds it. */
import type { RoleOnDisk } from '../cluster/index.js'
import type { FailoverMode } from '../events.js'
import { callOptions, readOptions } from '../spec/index.js'
import type { FailoverResult, NodeStatus, NodeVerb } from '../supervisor/index.js'
import type { NodeControl } from './control.js'
import { NodeNow } from './node-now.js'

/** How long a verb may take until it is a fact: milliseconds, or text such as "90s". 60 seconds without it. */
export interface Patience {
  readonly timeout?: number | string
}

export interface FailoverHow extends Patience {
  /** Without the master's agreement: `force` with the votes of the other masters, `takeover` without asking anybody. */
  readonly mode?: FailoverMode
}

export interface KillHow extends Patience {
  /** False: the node stays as a crash has left it. */
  readonly restart?: boolean
}

const host = '127.0.0.1'

type Known = Pick<NodeStatus, 'port' | 'id' | 'role' | 'dir'>

/**
 * Every verb resolves when it is a fact, and rejects with a LabError: `wrong-state` when the node cannot be treated so as it is
 * (nothing was touched then), `node-failed` when its server does not come up, `not-ready` when the time is over, `bad-input` for
 * wrong arguments, `lab-not-found` or `supervisor-failed` when the lab is gone.
 */
export class LabNode {
  /** Who it was planned to be: m1, r1. A failover does not rename it. */
  readonly name: string
  /** The role that the plan of the lab gave it, and that a reset gives it again. */
  readonly plannedRole: 'master' | 'replica'
  readonly host = host
  readonly #control: NodeControl
  readonly #tls: boolean
  #known: Known
  #now: NodeNow

  /** @internal */
  constructor(status: NodeStatus, control: NodeControl, { tls }: { tls: boolean }) {
    this.name = status.name
    this.plannedRole = status.name.startsWith('m') ? 'master' : 'replica'
    this.#control = control
    this.#tls = tls
    this.#known = status
    this.#now = new NodeNow(status.dir)
  }

  get port(): number {
    return this.#known.port
  }

  get url(): string {
    return `${this.#tls ? 'rediss' : 'redis'}://${host}:${this.port}`
  }

  /** 40 hex digits, as of now. Null while the lab was only waited for up to the level `alive`. */
  get id(): string | null {
    return this.now()?.id ?? this.#known.id
  }

  /**
   * Its role at this moment, as the node itself has it: also after a failover that Redis decided on, or that somebody made with
   * redis-cli. Of a node that does not run it is the last one that it had. Read from its nodes.conf, without asking anybody.
   */
  get role(): 'master' | 'replica' {
    return this.now()?.role ?? this.#known.role
  }

  /** @internal What its own file says. */
  now(): RoleOnDisk | undefined {
    return this.#now.read()
  }

  /** @internal A supervisor answered with the node as it is. */
  refresh(status: NodeStatus): void {
    if (status.dir !== this.#known.dir) this.#now = new NodeNow(status.dir)
    this.#known = status
  }

  /** Starts a node that was stopped or has crashed; resolves when it answers and has loaded its data. */
  async start(how: Patience = {}): Promise<NodeStatus> {
    return this.#do('start', how)
  }

  /** An orderly end. The node stays down until start(). */
  async stop(how: Patience = {}): Promise<NodeStatus> {
    return this.#do('stop', how)
  }

  /** stop() and start(). */
  async restart(how: Patience = {}): Promise<NodeStatus> {
    return this.#do('restart', how)
  }

  /** SIGKILL. The supervisor starts the node again at once; with `restart: false` it stays as a crash has left it. */
  async kill(how: KillHow = {}): Promise<NodeStatus> {
    const { restart, timeout } = readOptions(`${this.name}.kill()`, killShape, how)
    return this.#control.verb(this.name, 'kill', { restart, timeoutMs: timeout })
  }

  /** SIGSTOP: the node keeps its ports and connections, and does nothing. Resolves when it stands still. */
  async pause(how: Patience = {}): Promise<NodeStatus> {
    return this.#do('pause', how)
  }

  /** SIGCONT. Resolves when the node answers. */
  async resume(how: Patience = {}): Promise<NodeStatus> {
    return this.#do('resume', how)
  }

  /**
   * A replica takes its master's place; of a master, the replica that has most of its writes does. A node that was planned as a
   * replica and is a master already stays one: `changed` is false then. Resolves when every node that can be asked sees the new
   * master with the slots of the former one. Source: CLUSTER FAILOVER.
   *
   * @throws LabError `failover-failed` when the time is over, with what each node saw last
   */
  async failover(how: FailoverHow = {}): Promise<FailoverResult> {
    const { mode, timeout } = readOptions(`${this.name}.failover()`, failoverShape, how)
    return this.#control.failover(this.name, { mode, timeoutMs: timeout })
  }

  async #do(verb: NodeVerb, how: unknown): Promise<NodeStatus> {
    return this.#control.verb(this.name, verb, { timeoutMs: patienceMs(`${this.name}.${verb}()`, how) })
  }
}

const { timeout, restart, mode } = callOptions
const patienceShape = { timeout }
const killShape = { timeout, restart }
const failoverShape = { timeout, mode }

/** @internal @throws LabError `bad-input` */
export const patienceMs = (call: string, how: unknown): number => readOptions(call, patienceShape, how).timeout
