/** One node of a running lab, as a test or a program holds it. */
import type { FailoverMode } from '../events.js'
import { labShape, parseOptions } from '../spec/index.js'
import type { FailoverResult, NodeStatus, NodeVerb } from '../supervisor/index.js'
import type { NodeControl } from './control.js'

/** How long a verb may take until it is a fact: milliseconds, or text such as "90s". 60 seconds without it. */
export interface Patience {
  readonly timeout?: number | string
}

export interface FailoverHow extends Patience {
  /** Without the master's agreement: `force` with the votes of the other masters, `takeover` without asking anybody. */
  readonly mode?: FailoverMode
}

const host = '127.0.0.1'

/**
 * Every verb resolves when it is a fact, and rejects with a LabError: `wrong-state` when the node cannot be treated so as it is
 * (nothing was touched then), `node-failed` when its server does not come up, `not-ready` when the time is over,
 * `supervisor-failed` when the lab is gone.
 */
export class LabNode {
  /** Who it was planned to be: m1, r1. A failover does not rename it. */
  readonly name: string
  readonly host = host
  readonly port: number
  readonly url: string
  /** 40 hex digits. Null while the lab was only waited for up to the level `alive`. */
  readonly id: string | null
  /** The role that it had when the handle of the lab was made. */
  readonly role: 'master' | 'replica'
  readonly #control: NodeControl

  /** @internal */
  constructor({ name, port, id, role }: NodeStatus, control: NodeControl, { tls }: { tls: boolean }) {
    this.name = name
    this.port = port
    this.url = `${tls ? 'rediss' : 'redis'}://${host}:${port}`
    this.id = id
    this.role = role
    this.#control = control
  }

  /** Starts a node that was stopped or has crashed; resolves when it answers and has loaded its data. */
  start(how: Patience = {}): Promise<NodeStatus> {
    return this.#do('start', how)
  }

  /** An orderly end. The node stays down until start(). */
  stop(how: Patience = {}): Promise<NodeStatus> {
    return this.#do('stop', how)
  }

  /** stop() and start(). */
  restart(how: Patience = {}): Promise<NodeStatus> {
    return this.#do('restart', how)
  }

  /** SIGKILL. The supervisor starts the node again at once; with `restart: false` it stays as a crash has left it. */
  kill({ restart = true, ...how }: Patience & { readonly restart?: boolean } = {}): Promise<NodeStatus> {
    return this.#do('kill', how, { restart })
  }

  /** SIGSTOP: the node keeps its ports and connections, and does nothing. Resolves when it stands still. */
  pause(how: Patience = {}): Promise<NodeStatus> {
    return this.#do('pause', how)
  }

  /** SIGCONT. Resolves when the node answers. */
  resume(how: Patience = {}): Promise<NodeStatus> {
    return this.#do('resume', how)
  }

  /**
   * This replica takes its master's place; of a master, the replica that has most of its writes does. Resolves when every node
   * that can be asked sees the new master with the slots of the former one. Source: CLUSTER FAILOVER.
   *
   * @throws LabError `failover-failed` when the time is over, with what each node saw last
   */
  async failover({ mode = 'agreed', ...how }: FailoverHow = {}): Promise<FailoverResult> {
    return this.#control.failover(this.name, { mode, timeoutMs: patienceMs(how) })
  }

  async #do(verb: NodeVerb, how: Patience, more: { restart?: boolean } = {}): Promise<NodeStatus> {
    return this.#control.verb(this.name, verb, { ...more, timeoutMs: patienceMs(how) })
  }
}

/** @internal @throws LabError `bad-input` */
export function patienceMs(how: object): number {
  return parseOptions({ timeout: labShape.timeout }, { ...how })['timeout'] as number
}
