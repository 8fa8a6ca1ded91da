/** The handle of a running lab: what a test or a program holds. */
import { LabError } from '../errors.js'
import type { TimedEvent } from '../events.js'
import type { FailoverResult, LabStatus, ResetResult } from '../supervisor/index.js'
import { controlOf, type NodeControl } from './control.js'
import { LabNode, patienceMs, type FailoverHow, type Patience } from './lab-node.js'
import type { SupervisorLine } from './line.js'
import { Listeners, type EventListener, type EventType } from './listeners.js'
import { resolveNode } from './node-name.js'

/** Where a cluster client starts. One shape for both: node-redis reads `url`, ioredis reads `host` and `port`. */
export interface RootNode {
  readonly url: string
  readonly host: string
  readonly port: number
}

export interface LabTies {
  readonly end: () => Promise<unknown>
  /** Told of everything that happens. */
  readonly listeners: Listeners
  /** Resolves once `listeners` are told; called when there is one, before anything else is asked. */
  readonly listen: () => Promise<void>
}

export class Lab implements AsyncDisposable {
  readonly name: string
  /** The lab's folder: lab.json, supervisor.log and a folder per port. */
  readonly dir: string
  /** Masters first, each by its name, in the roles they had when this handle was made. `status()` has the roles of now. */
  readonly nodes: readonly LabNode[]
  readonly #socket: string
  readonly #ties: LabTies
  readonly #control: NodeControl
  #listening: Promise<void> | undefined

  /** @internal */
  constructor(status: LabStatus, ties: LabTies) {
    this.name = status.name
    this.dir = status.dir
    this.#socket = status.supervisor?.socket ?? ''
    this.#ties = ties
    // Whoever listens hears of what is asked from then on.
    this.#control = controlOf(this.#socket, async () => this.#listening)
    this.nodes = status.nodes.map((node) => new LabNode(node, this.#control))
  }

  /** `redis://127.0.0.1:port` of every node: what ioredis' `new Cluster(urls)` takes. */
  get urls(): string[] {
    return this.nodes.map((node) => node.url)
  }

  /** What node-redis' `createCluster({ rootNodes })` takes, and ioredis' `new Cluster(rootNodes)` too. */
  get rootNodes(): RootNode[] {
    return this.nodes.map(({ url, host, port }) => ({ url, host, port }))
  }

  /**
   * A node by its name (`m1`), its port, or the beginning of its id.
   *
   * @throws LabError `node-not-found`
   */
  node(said: string | number): LabNode {
    return resolveNode({ name: this.name, nodes: this.nodes }, String(said))
  }

  /** The nth of those that were planned as masters, from 0: `m1`, `m2`… @throws LabError `node-not-found` */
  master(index = 0): LabNode {
    return this.node(`m${index + 1}`)
  }

  /** The nth of those that were planned as replicas, from 0: `r1`, `r2`… @throws LabError `node-not-found` */
  replica(index = 0): LabNode {
    return this.node(`r${index + 1}`)
  }

  /** `lab.node(said).failover(how)` */
  async failover(said: string | number, how: FailoverHow = {}): Promise<FailoverResult> {
    return this.node(said).failover(how)
  }

  /**
   * Calls `listener` with every event of one type, or with all of them (`'*'`), from now on: servers that start, exit, are
   * paused, restarted or given up, failovers, the end of the lab. Keeps nobody alive.
   *
   * @returns what ends it
   */
  on<Type extends EventType>(type: Type, listener: EventListener<Type>): () => void
  on(type: '*', listener: (event: TimedEvent) => void): () => void
  on(type: EventType | '*', listener: (event: never) => void): () => void {
    this.#listening ??= this.#ties.listen()
    this.#listening.catch(() => {})
    return this.#ties.listeners.add(type, listener as (event: TimedEvent) => void)
  }

  /**
   * Asks every node, now. The shape is that of `redis-lab status --json`.
   *
   * @throws LabError `supervisor-failed` when the lab is gone
   */
  async status(): Promise<LabStatus> {
    const { askStatus } = await import('./client.js')
    return askStatus(this.#socket)
  }

  /**
   * A clean slate for the next test: the planned topology, and no data. Only what differs is undone, so that after a test which
   * left nothing but keys it takes milliseconds.
   *
   *  - Nodes that are stopped, crashed, paused or do not answer run again; masters, slots and replicas are where they were
   *    planned, and that is proven up to the level of `wait` (default `full`).
   *  - Keys, functions, scripts, ACL users and every CONFIG directive are as they were when the lab became ready, a CLIENT PAUSE
   *    is over; slow log, latency events and counters are empty.
   *  - Connections stay, with what belongs to them: subscriptions, MULTI, WATCH, tracking, blocked commands. Only those to a node
   *    that had to be started again, or of a user that was deleted, are gone. A client that goes on writing meanwhile has its
   *    last keys afterwards.
   *
   * Of several at once each waits for the one before. A master that was reset with CLUSTER RESET HARD keeps the id that it got.
   *
   * @returns what was otherwise, in words, and how long it took in milliseconds
   * @throws LabError `reset-failed` when the time (60 seconds without `timeout`) is over, with what is still otherwise;
   *   `wrong-state` when the lab is going down, `supervisor-failed` when it is gone
   */
  async reset(how: Patience = {}): Promise<ResetResult> {
    return this.#control.reset({ timeoutMs: patienceMs(how) })
  }

  /**
   * Takes the lab down and resolves when every process of it is gone. The folder of an ephemeral lab goes with it; any other
   * keeps its data. Calling it again does nothing.
   *
   * @throws LabError `stop-failed`
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#ties.end().then(() => {})
    return this.#stopped
  }
  #stopped: Promise<void> | undefined;

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

/** A lab that this process started and holds the lease of. `endRest` ends what a supervisor that was killed has left behind. */
export const leasedLab = (
  status: LabStatus,
  line: SupervisorLine,
  { listeners, endRest }: { listeners: Listeners; endRest: () => Promise<unknown> },
): Lab =>
  new Lab(status, {
    listeners,
    // They are told over the line from the beginning.
    listen: async () => {},
    end: async () => {
      try {
        await line.stop('lab.stop()')
      } catch (error) {
        if (LabError.from(error).code !== 'supervisor-failed') throw error
        await endRest()
      }
    },
  })

/** A lab that somebody else started. */
export function sharedLab(status: LabStatus, end: () => Promise<unknown>): Lab {
  const listeners = new Listeners()
  const listen = async () => {
    const { listenTo } = await import('./client.js')
    await listenTo(status.supervisor?.socket ?? '', listeners.tell)
  }
  return new Lab(status, { listeners, listen, end })
}
