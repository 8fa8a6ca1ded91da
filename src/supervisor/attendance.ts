/** What can be asked of a running lab: each resolves when it is a fact, and none changes what the lab is. */
import {
  addressOf,
  awaitFailover,
  canBeAsked,
  failover,
  foreignNodes,
  ownsSlots,
  waitReady,
  type Shape,
} from '../cluster/index.js'
import { LabError } from '../errors.js'
import type { Emit, FailoverMode, ReadyLevel } from '../events.js'
import type { RedisNode } from '../node/index.js'
import { applyVerb, type NodeVerb } from './node-verbs.js'
import type { LabRecord } from './record.js'
import type { Restarts } from './restarts.js'
import type { FailoverResult, LabStatus, NodeStatus } from './status.js'
import type { TakenSnapshot } from './take-snapshot.js'

export interface AttendanceOptions {
  readonly nodes: readonly RedisNode[]
  readonly planned: LabRecord['nodes']
  readonly shape: Shape
  readonly restarts: Restarts
  readonly emit: Emit
  /** @throws LabError `wrong-state` while the lab does not run */
  readonly requireRunning: () => void
  /** @throws LabError `wrong-state` while somebody else starts and stops its nodes */
  readonly requireQuiet: () => void
  readonly status: () => Promise<LabStatus>
  /** Something was done to a node that run.json is to know. */
  readonly onChange: () => void
}

export interface Timeout {
  readonly timeoutMs: number
}

/** How long a snapshot waits for a lab that is about to be whole again. */
const settleMs = 5000

export class Attendance {
  readonly #options: AttendanceOptions
  #lastSnapshot: Promise<unknown> = Promise.resolve()
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(options: AttendanceOptions) {
    this.#options = options
  }

  /** Resolves when what was asked for before is over: snapshots, failovers, and what was to be done to nodes. */
  async idle(): Promise<void> {
    await Promise.allSettled([this.#lastSnapshot, ...this.#underWay])
  }

  #during<Result>(work: Promise<Result>): Promise<Result> {
    const over = work.finally(() => this.#underWay.delete(over))
    over.catch(() => {})
    this.#underWay.add(over)
    return over
  }

  /** @throws LabError `node-not-found`, `wrong-state`, or why the node did not come to be as it was wanted */
  async verb(name: string, verb: NodeVerb, options: Timeout & { restart: boolean }): Promise<NodeStatus> {
    const node = this.#require(name)
    this.#options.requireQuiet()
    const { nodes, restarts, status, onChange } = this.#options
    try {
      const { restart, timeoutMs } = options
      await this.#during(applyVerb(verb, node, restarts, { restart, deadline: Date.now() + timeoutMs }))
    } finally {
      onChange()
    }
    return (await status()).nodes[nodes.indexOf(node)] as NodeStatus
  }

  /** @throws LabError `node-not-found`, `wrong-state`, `failover-failed` */
  async failover(name: string, { mode, timeoutMs }: Timeout & { mode: FailoverMode }): Promise<FailoverResult> {
    const startedAt = Date.now()
    const target = this.#require(name)
    this.#options.requireQuiet()
    const result = await this.#during(failover(this.#observed(), target, { mode, deadline: startedAt + timeoutMs }))
    const [promoted, demoted] = [result.promoted.name, result.demoted.name]
    const elapsedMs = Date.now() - startedAt
    this.#options.emit({ type: 'failover-done', node: promoted, former: demoted, mode, elapsedMs })
    return { promoted, demoted }
  }

  /** @throws LabError `wrong-state`; `not-ready` at the deadline, with what each node still lacked */
  async waitFor(level: ReadyLevel, { timeoutMs }: Timeout): Promise<LabStatus> {
    this.#options.requireRunning()
    await waitReady(this.#observed(), this.#options.shape, { level, deadline: Date.now() + timeoutMs })
    return this.#options.status()
  }

  /** @throws LabError `node-not-found`, `wrong-state` (it has no slots to lose), `failover-failed` */
  async awaitFailover(name: string, { timeoutMs }: Timeout): Promise<FailoverResult> {
    const node = this.#require(name)
    const { nodes } = await this.#options.status()
    const owned = nodes.find((one) => one.name === name)?.slots ?? []
    const planned = this.#options.planned.find((one) => one.name === name)?.slots
    // Where it has lost them already, what it had by plan tells who has them now.
    const slots = owned.length > 0 ? owned : planned ? [planned] : []
    if (slots.length === 0) throw wrongState(`${name} is no master: no node can take its place`)
    const deadline = Date.now() + timeoutMs
    const { promoted } = await awaitFailover(this.#options.nodes, node, slots, { deadline })
    return { promoted: promoted.name, demoted: name }
  }

  /**
   * Puts the data of every master, as of one moment, into a folder. Writes wait for some milliseconds; otherwise the lab goes on.
   *
   * @throws LabError `wrong-state` when the lab is not whole; `snapshot-failed`
   */
  snapshot(options: Timeout & { dir: string }): Promise<TakenSnapshot> {
    try {
      this.#options.requireQuiet()
    } catch (error) {
      return Promise.reject(LabError.from(error))
    }
    // One at a time: they use the same files of the nodes.
    const taken = this.#lastSnapshot.then(() => this.#snapshot(options))
    this.#lastSnapshot = taken.catch(() => {})
    return taken
  }

  async #snapshot({ dir, timeoutMs }: Timeout & { dir: string }): Promise<TakenSnapshot> {
    const startedAt = Date.now()
    this.#options.requireRunning()
    this.#options.requireQuiet()
    const { takeSnapshot } = await import('./take-snapshot.js')
    await this.#whole(startedAt + Math.min(settleMs, timeoutMs))
    const taken = await takeSnapshot(this.#options.nodes, { dir, deadline: startedAt + timeoutMs })
    const { keys, pausedMs } = taken
    this.#options.emit({ type: 'snapshot-taken', dir, keys, pausedMs, elapsedMs: Date.now() - startedAt })
    return taken
  }

  /** Some moments after a failover not everybody has heard of it; for a node that is away nobody waits. */
  async #whole(deadline: number): Promise<void> {
    const { shape, status } = this.#options
    const nodes = this.#observed()
    if (!nodes.every(canBeAsked)) throw degraded((await status()).ready.reasons)
    const climb = await waitReady(nodes, shape, { level: 'full', deadline }).catch((error: unknown) => {
      throw degraded(LabError.from(error).details)
    })
    const [foreign] = foreignNodes(climb).filter(ownsSlots)
    if (foreign) throw degraded([`${addressOf(foreign)} owns slots and is not a node of this lab`])
  }

  #require(name: string): RedisNode {
    const node = this.#options.nodes.find((one) => one.name === name)
    if (!node) throw new LabError({ code: 'node-not-found', message: `this lab has no node ${JSON.stringify(name)}` })
    this.#options.requireRunning()
    return node
  }

  /** Somebody else may have paused one of them. */
  #observed(): readonly RedisNode[] {
    for (const node of this.#options.nodes) node.observe()
    return this.#options.nodes
  }
}

const wrongState = (message: string): LabError => new LabError({ code: 'wrong-state', message })

function degraded(details: readonly string[]): LabError {
  const hint = 'redis-lab status shows how it is; a snapshot is taken of a whole cluster.'
  return new LabError({ code: 'wrong-state', message: 'the lab is degraded', hint, details })
}
