/** The handle of a running lab: what a test or a program holds. */
import { LabError } from '../errors.js'
import { slotOf } from '../cluster/index.js'
import type { Emit, ReadyLevel, TimedEvent } from '../events.js'
import type { Places } from '../paths.js'
import type { Access, TlsFiles } from '../node/index.js'
import { badInput, checksumProblem, labShape, parseOptions } from '../spec/index.js'
import {
  readAccess,
  type FailoverResult,
  type LabStatus,
  type ResetResult,
  type UpgradeResult,
} from '../supervisor/index.js'
import { ioredisShape, nodeRedisShape, type IoredisShape, type NodeRedisShape } from './client-shapes.js'
import { controlOf, type NodeControl } from './control.js'
import { Keys } from './keys.js'
import { LabNode, patienceMs, type FailoverHow, type Patience } from './lab-node.js'
import type { SupervisorLine } from './line.js'
import { Listeners, type EventListener, type EventType } from './listeners.js'
import { resolveNode } from './node-name.js'
import type { Snapshot } from './snapshot/index.js'

/** Where a cluster client starts. One shape for both: node-redis reads `url`, ioredis reads `host` and `port`. */
export interface RootNode {
  readonly url: string
  readonly host: string
  readonly port: number
}

/** A node by its name, its port, the beginning of its id, or itself. */
export type NodeName = string | number | LabNode

export interface KeyHow extends Patience {
  /** What the key begins with, before a colon and a number. Without it: `key`. */
  readonly prefix?: string
}

export interface SnapshotHow extends Patience {
  /** Below REDIS_LAB_STATE, where any process finds it by this name, in this run or another. */
  readonly name?: string
  /** A folder of your own, which is not there yet or is empty. */
  readonly dir?: string
  /** What stands there makes room; otherwise it is an error that something does. */
  readonly replace?: boolean
}

export interface UpgradeHow extends Patience {
  /** As `--redis` has it. `timeout` is for each step: a node that starts with it, a failover. */
  readonly redis: string
  readonly sha256?: string
  /** Called while the release is downloaded and built; what the nodes do is told to those who listen to the lab. */
  readonly onEvent?: Emit
}

export interface LabTies {
  readonly places: Places
  /** For what is looked up when a release is to be had. */
  readonly env: Readonly<Record<string, string | undefined>>
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
  /** Whole paths of PEM files for whoever talks to the nodes: `ca`, and a certificate with its key. Undefined without TLS. */
  readonly tls: TlsFiles | undefined
  readonly #socket: string
  readonly #ties: LabTies
  readonly #keys = new Keys(() => this.status())
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
    this.tls = status.tls ?? undefined
    this.nodes = status.nodes.map((node) => new LabNode(node, this.#control, { tls: status.tls !== null }))
  }

  /**
   * `redis://127.0.0.1:port` of every node, with TLS `rediss://…`: what ioredis' `new Cluster(urls)` takes. An address ends up
   * in logs, so none has a password in it: `nodeRedis` and `ioredis` have.
   */
  get urls(): string[] {
    return this.nodes.map((node) => node.url)
  }

  /** What node-redis takes as its `rootNodes`, and ioredis as its nodes. */
  get rootNodes(): RootNode[] {
    return this.nodes.map(({ url, host, port }) => ({ url, host, port }))
  }

  /**
   * What node-redis' `createCluster` takes, with what it takes to be let in: the password, or, of a lab with an ACL file, a user
   * of the lab's own that has all rights. For users of the file: `{ ...lab.nodeRedis, defaults: { username, password } }`.
   *
   * @throws LabError `lab-damaged`
   */
  get nodeRedis(): NodeRedisShape {
    return nodeRedisShape(this.nodes, this.#access)
  }

  /** What ioredis' `new Cluster(...lab.ioredis)` takes; see `nodeRedis`. @throws LabError `lab-damaged` */
  get ioredis(): IoredisShape {
    return ioredisShape(this.nodes, this.#access)
  }

  get #access(): Access {
    return (this.#knownAccess ??= readAccess(this.dir))
  }
  #knownAccess: Access | undefined

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

  /** `lab.node(node).failover(how)` */
  async failover(node: NodeName, how: FailoverHow = {}): Promise<FailoverResult> {
    return this.#named(node).failover(how)
  }

  /**
   * Resolves when this level of readiness is proven again, asked of every node: after something was done to the lab.
   *
   * @throws LabError `not-ready` when the time is over, with what each node still lacked
   */
  async waitFor(level: ReadyLevel = 'full', how: Patience = {}): Promise<LabStatus> {
    const { askWait } = await import('./client.js')
    return askWait(this.#socket, { level, timeoutMs: patienceMs(how) })
  }

  /** `waitFor('replicas')`: every replica's link is up, and every node would send a client's reads to it. */
  waitForReplicas(how: Patience = {}): Promise<LabStatus> {
    return this.waitFor('replicas', how)
  }

  /**
   * Resolves when another node is master in the place of this one and every node that can be asked agrees, be it that this is
   * yet to come or has come already. Nothing is done to bring it about: see `failover()`.
   *
   * @throws LabError `failover-failed` when the time is over, with what each node saw last; `wrong-state` for a node that is no
   *   master
   */
  async waitForFailover(of: NodeName, how: Patience = {}): Promise<FailoverResult> {
    const { askAwaitFailover } = await import('./client.js')
    return askAwaitFailover(this.#socket, this.#named(of).name, { timeoutMs: patienceMs(how) })
  }

  /** The slot of a key, 0 to 16383; of what stands in {braces} where the key has any. Source: CLUSTER KEYSLOT. */
  slotOf(key: string): number {
    return slotOf(key)
  }

  /**
   * The master that this key lives on now.
   *
   * @throws LabError `not-ready` when no master that runs has it within the time, with what every node was last
   */
  async nodeFor(key: string, how: Patience = {}): Promise<LabNode> {
    return this.node((await this.#keys.ownerOf(key, patienceMs(how))).name)
  }

  /**
   * A key that lives on this node now, such as `key:7`. A new one each time.
   *
   * @throws LabError `not-ready` when the node has no slots within the time (a replica has none), with what every node was last
   */
  async keyFor(on: NodeName, { prefix = 'key', ...how }: KeyHow = {}): Promise<string> {
    return this.#keys.on(this.#named(on).name, prefix, patienceMs(how))
  }

  #named(node: NodeName): LabNode {
    return typeof node === 'object' ? node : this.node(node)
  }

  /**
   * The data of the whole cluster as of one moment, in a folder that outlives the lab: what `startLab({ from })` begins with, as
   * often as it is asked to. Every write that was answered before is in it. The lab goes on; its clients wait with their writes
   * for some milliseconds. Without a name or a folder it is a temporary folder, and `remove()` is yours to call.
   *
   * @throws LabError `wrong-state` when the lab is not whole, or slots are on their way; `snapshot-exists`, `snapshot-failed`,
   *   `bad-input`, `storage`; nothing is left then
   */
  async snapshot({ name, dir, replace = false, ...how }: SnapshotHow = {}): Promise<Snapshot> {
    const timeoutMs = patienceMs(how)
    const { saveSnapshot } = await import('./snapshot/save.js')
    const source = { dir: this.dir, socket: this.#socket }
    return saveSnapshot(this.#ties.places, source, { name, dir, replace, timeoutMs })
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
   * Of several at once each waits for the one before. A master that was reset with CLUSTER RESET HARD keeps the id that it got;
   * a node that another was told to forget gets a new one from 7.2 on, because for a minute nobody would take the old one.
   *
   * @returns what was otherwise, in words, and how long it took in milliseconds
   * @throws LabError `reset-failed` when the time (60 seconds without `timeout`) is over, with what is still otherwise;
   *   `interrupted` when the lab is taken down meanwhile, `wrong-state` when it is going down, `supervisor-failed` when it is gone
   */
  async reset(how: Patience = {}): Promise<ResetResult> {
    return this.#control.reset({ timeoutMs: patienceMs(how) })
  }

  /**
   * The lab to another release, node by node: replicas first, then each master after one of them has taken its place by
   * agreement. No write is lost that WAIT has seen acknowledged. In the end the masters are those of the plan.
   *
   * @returns which nodes were upgraded; none where all of them run that release already
   * @throws LabError `wrong-state` (the lab is not whole), `bad-input` (that release cannot read what the lab has, or does not
   *   understand its nodes), and what getting a release throws: nothing was touched then. `upgrade-failed` when it stopped on its
   *   way, with what is done and what is not; asked for again it goes on
   */
  async upgrade({ redis, sha256, onEvent = () => {}, ...how }: UpgradeHow): Promise<UpgradeResult> {
    const timeoutMs = patienceMs(how)
    const said = parseOptions({ redis: labShape.redis, sha256: labShape.sha256 }, { redis, sha256 })
    const problem = checksumProblem(said)
    if (problem !== undefined) throw badInput([problem])
    await this.#listening
    const { upgradeLab } = await import('./upgrade.js')
    const lab = { dir: this.dir, socket: this.#socket }
    return upgradeLab(lab, { redis, sha256, timeoutMs }, { env: this.#ties.env, emit: onEvent })
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
  {
    listeners,
    places,
    env,
    endRest,
  }: Pick<LabTies, 'listeners' | 'places' | 'env'> & { endRest: () => Promise<unknown> },
): Lab =>
  new Lab(status, {
    listeners,
    places,
    env,
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
export function sharedLab(status: LabStatus, { places, env, end }: Pick<LabTies, 'places' | 'env' | 'end'>): Lab {
  const listeners = new Listeners()
  const listen = async () => {
    const { listenTo } = await import('./client.js')
    await listenTo(status.supervisor?.socket ?? '', listeners.tell)
  }
  return new Lab(status, { listeners, places, env, listen, end })
}
