/** The handle of a running lab: what a test or a program holds. */
import { slotOf } from '../cluster/index.js'
import { eventTypes, readyLevels, type Emit, type ReadyLevel, type TimedEvent } from '../events.js'
import type { Access, TlsFiles } from '../node/index.js'
import {
  badInput,
  callOptions,
  checksumProblem,
  labShape,
  readIndex,
  readOptions,
  readText,
  readWord,
  requireFunction,
} from '../spec/index.js'
import {
  readAccess,
  type FailoverResult,
  type LabStatus,
  type NodeStatus,
  type ResetResult,
  type UpgradeResult,
} from '../supervisor/index.js'
import { ioredisShape, nodeRedisShape, type IoredisShape, type NodeRedisShape } from './client-shapes.js'
import { controlOf, type NodeControl, type Reach } from './control.js'
import { Keys } from './keys.js'
import { LabNode, patienceMs, type FailoverHow, type KillHow, type Patience } from './lab-node.js'
import { guarded, type EventListener, type EventType } from './listeners.js'
import type { LabTies } from './lab-ties.js'
import { isReplaced } from './node-now.js'
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
  /** Called while the release is downloaded and built; what the nodes do is told to those who listen to the lab. What it throws
   * is a warning of the process. */
  readonly onEvent?: Emit
}

export class Lab implements AsyncDisposable {
  readonly name: string
  /** The lab's folder: lab.json, supervisor.log and a folder per port. */
  readonly dir: string
  /** Whole paths of PEM files for whoever talks to the nodes: `ca`, and a certificate with its key. Undefined without TLS. */
  readonly tls: TlsFiles | undefined
  readonly #ties: LabTies
  readonly #keys = new Keys(() => this.status())
  readonly #control: NodeControl
  readonly #reach: Reach
  #nodes: readonly LabNode[] = []

  /** @internal */
  constructor(status: LabStatus, ties: LabTies) {
    this.name = status.name
    this.dir = status.dir
    this.#ties = ties
    this.tls = status.tls ?? undefined
    // Whoever listens hears of what is asked from then on.
    this.#reach = async (ask, how) => {
      await ties.listening()
      return ties.reach(ask, how)
    }
    this.#control = controlOf(this.#reach)
    this.#refresh(status)
  }

  /** The same objects for the same names: whoever holds a node has it as it is now. */
  #refresh(status: LabStatus): void {
    // A foreign node is nobody's here to start, stop or connect to.
    const nodes = status.nodes.filter(({ foreign }) => !foreign)
    const isSame = nodes.length === this.#nodes.length && nodes.every(({ name }, at) => this.#nodes[at]?.name === name)
    if (!isSame)
      this.#nodes = nodes.map(
        (node) =>
          this.#nodes.find(({ name }) => name === node.name) ??
          new LabNode(node, this.#control, { tls: this.tls !== undefined }),
      )
    for (const node of nodes) this.#nodes.find(({ name }) => name === node.name)?.refresh(node)
  }

  /** Those that were planned as masters first, each by its name: m1, m2 … r1, r2 … */
  get nodes(): readonly LabNode[] {
    return this.#nodes
  }

  /** The nodes that are masters now. One whose slots another master has by now, while it was away, is none of them. */
  get masters(): readonly LabNode[] {
    const said = new Map(this.#nodes.map((node) => [node, node.now()]))
    const all = [...said.values()].flatMap((one) => one ?? [])
    return this.#nodes.filter((node) => {
      const own = said.get(node)
      return own ? own.role === 'master' && !isReplaced(own, all) : node.role === 'master'
    })
  }

  /** The nodes that are replicas now. */
  get replicas(): readonly LabNode[] {
    return this.#nodes.filter(({ role }) => role === 'replica')
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
    if (typeof said === 'string' || typeof said === 'number')
      return resolveNode({ name: this.name, nodes: this.nodes }, String(said))
    throw badInput([`lab.node() takes a name, a port or the beginning of an id, not ${typeof said}`], nodeHint)
  }

  /** The nth of those that were planned as masters, from 0: `m1`, `m2`… See `masters`. @throws LabError `node-not-found` */
  master(index = 0): LabNode {
    return this.node(`m${readIndex('lab.master()', index) + 1}`)
  }

  /** The nth of those that were planned as replicas, from 0: `r1`, `r2`… @throws LabError `node-not-found` */
  replica(index = 0): LabNode {
    return this.node(`r${readIndex('lab.replica()', index) + 1}`)
  }

  /** `lab.node(node).failover(how)` */
  async failover(node: NodeName, how: FailoverHow = {}): Promise<FailoverResult> {
    return this.#named('lab.failover()', node).failover(how)
  }

  /** `lab.node(node).start(how)` */
  async start(node: NodeName, how: Patience = {}): Promise<NodeStatus> {
    return this.#named('lab.start()', node).start(how)
  }

  /** `lab.node(node).restart(how)` */
  async restart(node: NodeName, how: Patience = {}): Promise<NodeStatus> {
    return this.#named('lab.restart()', node).restart(how)
  }

  /** `lab.node(node).kill(how)` */
  async kill(node: NodeName, how: KillHow = {}): Promise<NodeStatus> {
    return this.#named('lab.kill()', node).kill(how)
  }

  /** `lab.node(node).pause(how)` */
  async pause(node: NodeName, how: Patience = {}): Promise<NodeStatus> {
    return this.#named('lab.pause()', node).pause(how)
  }

  /** `lab.node(node).resume(how)` */
  async resume(node: NodeName, how: Patience = {}): Promise<NodeStatus> {
    return this.#named('lab.resume()', node).resume(how)
  }

  /**
   * Resolves when this level of readiness is proven again, asked of every node: after something was done to the lab.
   *
   * @throws LabError `not-ready` when the time is over, with what each node still lacked
   */
  async waitFor(level: ReadyLevel = 'full', how: Patience = {}): Promise<LabStatus> {
    readWord('lab.waitFor()', 'a level of readiness', readyLevels, level)
    const timeoutMs = patienceMs('lab.waitFor()', how)
    return this.#refreshed(async (socket) => (await import('./client.js')).askWait(socket, { level, timeoutMs }))
  }

  async #refreshed(ask: (socket: string) => Promise<LabStatus>): Promise<LabStatus> {
    const status = await this.#reach(ask, { changesNothing: true })
    this.#refresh(status)
    return status
  }

  /** `waitFor('replicas')`: every replica's link is up, and every node would send a client's reads to it. */
  async waitForReplicas(how: Patience = {}): Promise<LabStatus> {
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
    const { name } = this.#named('lab.waitForFailover()', of)
    const timeoutMs = patienceMs('lab.waitForFailover()', how)
    return this.#reach(async (socket) => (await import('./client.js')).askAwaitFailover(socket, name, { timeoutMs }))
  }

  /** The slot of a key, 0 to 16383; of what stands in {braces} where the key has any. Source: CLUSTER KEYSLOT. */
  slotOf(key: string): number {
    return slotOf(readText('lab.slotOf()', 'a key', key))
  }

  /**
   * The master that this key lives on now.
   *
   * @throws LabError `not-ready` when no master that runs has it within the time, with what every node was last
   */
  async nodeFor(key: string, how: Patience = {}): Promise<LabNode> {
    const slotKey = readText('lab.nodeFor()', 'a key', key)
    return this.node((await this.#keys.ownerOf(slotKey, patienceMs('lab.nodeFor()', how))).name)
  }

  /**
   * A key that lives on this node now, such as `key:7`. A new one each time.
   *
   * @throws LabError `not-ready` when the node has no slots within the time (a replica has none), with what every node was last
   */
  async keyFor(on: NodeName, how: KeyHow = {}): Promise<string> {
    const { prefix, timeout } = readOptions('lab.keyFor()', keyShape, how)
    return this.#keys.on(this.#named('lab.keyFor()', on).name, prefix, timeout)
  }

  /** A node of another lab has the same name as one of this lab, and is not meant. */
  #named(call: string, node: unknown): LabNode {
    if (typeof node === 'string' || typeof node === 'number') return this.node(node)
    const own = this.#nodes.find((one) => one === node)
    if (own) return own
    const what = node instanceof LabNode ? 'a node of another lab' : node === null ? 'null' : typeof node
    throw badInput([`${call} takes a node of the lab "${this.name}", not ${what}`], nodeHint)
  }

  /**
   * The data of the whole cluster as of one moment, in a folder that outlives the lab: what `startLab({ from })` begins with, as
   * often as it is asked to. Every write that was answered before is in it. The lab goes on; its clients wait with their writes
   * for some milliseconds. Without a name or a folder it is a temporary folder, and `remove()` is yours to call.
   *
   * @throws LabError `wrong-state` when the lab is not whole, or slots are on their way; `snapshot-exists`, `snapshot-failed`,
   *   `bad-input`, `storage`; nothing is left then
   */
  async snapshot(how: SnapshotHow = {}): Promise<Snapshot> {
    const { name, dir, replace, timeout: timeoutMs } = readOptions('lab.snapshot()', snapshotShape, how)
    const { saveSnapshot } = await import('./snapshot/save.js')
    return this.#reach((socket) =>
      saveSnapshot(this.#ties.places, { dir: this.dir, socket }, { name, dir, replace, timeoutMs }),
    )
  }

  /**
   * Calls `listener` with every event of one type, or with all of them (`'*'`), from now on: servers that start, exit, are
   * paused, restarted or given up, failovers, roles that change, the end of the lab. Keeps nobody alive. A lab that was stopped
   * and started again, or adopted by another supervisor, is heard of again. What a listener throws is a warning of the process.
   *
   * @returns what ends it
   * @throws LabError `bad-input` for a type of event that does not exist
   */
  on<Type extends EventType>(type: Type, listener: EventListener<Type>): () => void
  on(type: '*', listener: (event: TimedEvent) => void): () => void
  on(type: EventType | '*', listener: (event: never) => void): () => void {
    readWord('lab.on()', 'a type of event', ['*', ...eventTypes], type)
    requireFunction('lab.on()', 'a function that is called with each event', listener)
    return this.#ties.listen(type, listener as (event: TimedEvent) => void)
  }

  /**
   * Asks every node, now. The shape is that of `redis-lab status --json`.
   *
   * @throws LabError `lab-not-found` or `supervisor-failed` when the lab is gone
   */
  async status(): Promise<LabStatus> {
    return this.#refreshed(async (socket) => (await import('./client.js')).askStatus(socket))
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
   *   `interrupted` when the lab is taken down meanwhile, `wrong-state` when it is going down, `lab-not-found` or
   *   `supervisor-failed` when it is gone
   */
  async reset(how: Patience = {}): Promise<ResetResult> {
    return this.#control.reset({ timeoutMs: patienceMs('lab.reset()', how) })
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
  async upgrade(how: UpgradeHow): Promise<UpgradeResult> {
    const { redis, sha256, onEvent, timeout: timeoutMs } = readOptions('lab.upgrade()', upgradeShape, how)
    const problem = checksumProblem({ redis, sha256 })
    if (problem !== undefined) throw badInput([problem])
    const emit: Emit = onEvent ? guarded(onEvent as Emit, 'onEvent') : () => {}
    const { upgradeLab } = await import('./upgrade.js')
    return this.#reach((socket) =>
      upgradeLab({ dir: this.dir, socket }, { redis, sha256, timeoutMs }, { env: this.#ties.env, emit }),
    )
  }

  /**
   * Without arguments: takes the lab down and resolves when every process of it is gone. The folder of an ephemeral lab goes
   * with it; any other keeps its data. Calling it again does nothing.
   *
   * With a node: `lab.node(node).stop(how)`, as `redis-lab stop m1` does.
   *
   * @throws LabError `stop-failed`; `bad-input` for an argument that is not a node, also for undefined: the lab stays up then
   */
  stop(): Promise<void>
  stop(node: NodeName, how?: Patience): Promise<NodeStatus>
  async stop(...words: [node?: NodeName, how?: Patience]): Promise<never> {
    const stopped: Promise<unknown> =
      words.length > 0 ? this.#named('lab.stop()', words[0]).stop(words[1]) : this.#stop()
    return stopped as Promise<never>
  }

  #stop(): Promise<void> {
    this.#stopped ??= this.#ties.end().then(() => {})
    return this.#stopped
  }
  #stopped: Promise<void> | undefined;

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

const nodeHint = 'A node is a name (m1, r1), a port, the beginning of an id, or one of lab.nodes.'

const { timeout, prefix, snapshotName, folder, replace, onEvent, release } = callOptions
const keyShape = { prefix, timeout }
const snapshotShape = { name: snapshotName, dir: folder, replace, timeout }
const upgradeShape = { redis: release, sha256: labShape.sha256, onEvent, timeout }
