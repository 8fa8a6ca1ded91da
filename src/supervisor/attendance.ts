/** What can be asked of a running lab: each resolves when it is a fact, and none changes what the lab is. */
import {
  addressOf,
  awaitFailover,
  canBeAsked,
  failover,
  foreignNodes,
  isAgreedMaster,
  ownsSlots,
  waitReady,
  type Shape,
  type TemporaryChanges,
} from '../cluster/index.js'
import { LabError } from '../errors.js'
import type { Emit, FailoverMode, ReadyLevel } from '../events.js'
import type { RedisNode } from '../node/index.js'
import { applyVerb, type NodeVerb } from './node-verbs.js'
import type { Operations } from './operations.js'
import type { LabRecord } from './record.js'
import type { Restarts } from './restarts.js'
import type { FailoverResult, LabStatus, NodeStatus } from './status.js'
import type { TakenSnapshot } from './take-snapshot.js'

export interface AttendanceOptions {
  readonly nodes: readonly RedisNode[]
  readonly planned: LabRecord['nodes']
  readonly shape: Shape
  readonly restarts: Restarts
  readonly operations: Operations
  readonly temporary: TemporaryChanges
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

  constructor(options: AttendanceOptions) {
    this.#options = options
  }

  /** @throws LabError `node-not-found`, `wrong-state`, or why the node did not come to be as it was wanted */
  async verb(name: string, verb: NodeVerb, options: Timeout & { restart: boolean }): Promise<NodeStatus> {
    const node = this.#require(name)
    this.#options.requireQuiet()
    const { nodes, restarts, operations, status, onChange } = this.#options
    try {
      const { restart, timeoutMs } = options
      const deadline = Date.now() + timeoutMs
      await operations.run(`the ${verb} of ${name}`, () => applyVerb(verb, node, restarts, { restart, deadline }))
    } finally {
      onChange()
    }
    return (await status()).nodes[nodes.indexOf(node)] as NodeStatus
  }

  /** @throws LabError `node-not-found`, `wrong-state`, `failover-failed` */
  async failover(name: string, { mode, timeoutMs }: Timeout & { mode: FailoverMode }): Promise<FailoverResult> {
    const deadline = Date.now() + timeoutMs
    const target = this.#require(name)
    const { requireQuiet, operations, planned, temporary, emit } = this.#options
    requireQuiet()
    // A planned master that is one is named to be replaced; a planned replica is named to become one, and may be one already.
    const isPlannedReplica = planned.find((one) => one.name === name)?.role === 'replica'
    return operations.inTurn(`the failover of ${name}`, deadline, async (signal) => {
      const startedAt = Date.now()
      if (isPlannedReplica && (await isAgreedMaster(this.#observed(), target)))
        return { changed: false, promoted: name, demoted: null }
      const result = await failover(this.#observed(), target, { mode, deadline, signal, temporary })
      const [promoted, demoted] = [result.promoted.name, result.demoted.name]
      emit({ type: 'failover-done', node: promoted, former: demoted, mode, elapsedMs: Date.now() - startedAt })
      return { changed: true, promoted, demoted }
    })
  }

  /** @throws LabError `wrong-state`; `not-ready` at the deadline, with what each node still lacked */
  async waitFor(level: ReadyLevel, { timeoutMs }: Timeout): Promise<LabStatus> {
    const { requireRunning, shape, operations, status } = this.#options
    requireRunning()
    const deadline = Date.now() + timeoutMs
    return operations.wait(`the wait for "${level}"`, async (signal) => {
      await waitReady(this.#observed(), shape, { level, deadline, signal })
      return status()
    })
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
    return this.#options.operations.wait(`the wait for a failover of ${name}`, async (signal) => {
      const { promoted } = await awaitFailover(this.#options.nodes, node, slots, { deadline, signal })
      return { changed: true, promoted: promoted.name, demoted: name }
    })
  }

  /**
   * Puts the data of every master, as of one moment, into a folder. Writes wait for some milliseconds; otherwise the lab goes on.
   *
   * @throws LabError `wrong-state` when the lab is not whole; `snapshot-failed`
   */
  async snapshot({ dir, timeoutMs }: Timeout & { dir: string }): Promise<TakenSnapshot> {
    const { nodes, requireRunning, requireQuiet, operations, temporary, emit } = this.#options
    requireRunning()
    requireQuiet()
    const deadline = Date.now() + timeoutMs
    return operations.inTurn('the snapshot', deadline, async (signal) => {
      const startedAt = Date.now()
      const { takeSnapshot } = await import('./take-snapshot.js')
      await this.#whole(Math.min(startedAt + settleMs, deadline), signal)
      const taken = await takeSnapshot(nodes, { dir, deadline, temporary })
      const { keys, pausedMs } = taken
      emit({ type: 'snapshot-taken', dir, keys, pausedMs, elapsedMs: Date.now() - startedAt })
      return taken
    })
  }

  /** Some moments after a failover not everybody has heard of it; for a node that is away nobody waits. */
  async #whole(deadline: number, signal: AbortSignal): Promise<void> {
    const { shape, status } = this.#options
    const nodes = this.#observed()
    if (!nodes.every(canBeAsked)) throw degraded((await status()).ready.reasons)
    const climb = await waitReady(nodes, shape, { level: 'full', deadline, signal }).catch((error: unknown) => {
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
