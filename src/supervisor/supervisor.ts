/**
 * Keeps ONE lab alive: starts its servers, has them joined, proves the result, restarts what crashes, and takes it all down.
 *
 *     start()         proven            a node is away / all are back
 *     starting ─────► running ◄────────────────────────► degraded
 *        │               │                                   │
 *        └── failure ────┴──────── stop() ───────────────────┘
 *               ▼                    ▼
 *             failed              stopped
 */
import { rmSync } from 'node:fs'
import { formCluster, measureReady, startClimb, type Climb } from '../cluster/index.js'
import { LabError } from '../errors.js'
import type { Emit } from '../events.js'
import { logTail, RedisNode, writeNodeFolder } from '../node/index.js'
import { labFiles } from '../paths.js'
import { identify, isAlive } from '../util/process-identity.js'
import type { Order } from './channel.js'
import { describeLab, ownLine } from './describe.js'
import type { LabRecord } from './record.js'
import { removeRun, writeLab, writeRun } from './record-writer.js'
import { decideRestart } from './restart-policy.js'
import type { LabState, LabStatus } from './status.js'

export class Supervisor {
  readonly #order: Order
  readonly #emit: Emit
  readonly #nodes: readonly RedisNode[]
  readonly #crashes = new Map<RedisNode, number[]>()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Ends whatever start() is waiting for: a server died, or stop() was called. */
  readonly #starting = new AbortController()
  #record: LabRecord
  #phase: 'starting' | 'running' | 'stopping' | 'stopped' | 'failed' = 'starting'
  #stopping: Promise<void> | undefined

  constructor(order: Order, emit: Emit) {
    this.#order = order
    this.#emit = (event) => {
      emit(event)
      // Whoever finds this lab without its supervisor is to know every server that was started.
      if (event.type === 'node-started') this.#keepRunSoon()
    }
    this.#record = order.record
    this.#nodes = order.record.nodes.map(
      ({ name, port }) =>
        new RedisNode({
          name,
          port,
          dir: labFiles.node(order.record.dir, port),
          build: order.record.build,
          emit: this.#emit,
          onCrash: (node) => this.#onCrash(node),
        }),
    )
  }

  /**
   * @returns the status at the moment the wanted level was proven
   * @throws LabError whatever went wrong first, after everything that was begun has been ended
   */
  async start(): Promise<LabStatus> {
    const startedAt = Date.now()
    const { name, dir, spec } = this.#record
    this.#emit({ type: 'lab-starting', name, dir, resumed: this.#order.resumed })
    try {
      const climb = await this.#bringUp(startedAt + spec.timeout)
      this.#phase = 'running'
      this.#keepIds(climb)
      this.#emit({ type: 'lab-ready', level: spec.wait, elapsedMs: Date.now() - startedAt })
      return this.#describe(climb, { level: spec.wait, reasons: [] })
    } catch (error) {
      const failure = LabError.from(error)
      this.#emit({ type: 'lab-failed', error: failure.toJSON() })
      await this.#takeDown()
      this.#phase = 'failed'
      throw failure
    }
  }

  /** Asks every node, now. */
  async status(): Promise<LabStatus> {
    const climb = this.#climb()
    return this.#describe(climb, await measureReady(climb))
  }

  /** Idempotent: everybody who asks waits for the same end. @throws LabError `stop-failed` when a server is still there */
  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#stop(reason)
    return this.#stopping
  }

  async #bringUp(deadline: number): Promise<Climb> {
    const { record, resumed: kept, rewriteConf } = this.#order
    const { build, nodes, spec, dir } = record
    for (const node of this.#nodes) {
      const conf = { lab: record.name, name: node.name, port: node.port, dir: node.dir, set: spec.set }
      writeNodeFolder(conf, { rewrite: rewriteConf })
    }
    const logFile = labFiles.createLog(dir)
    rmSync(logFile, { force: true })
    const shape = shapeOf(record)
    const signal = this.#starting.signal
    const context = { build, nodes, servers: this.#nodes, shape, kept, level: spec.wait, logFile, deadline, signal }
    const { creator, climb } = await formCluster({ ...context, emit: this.#emit }, spec.creator)
    this.#record = { ...this.#record, creator: record.creator ?? creator }
    return climb
  }

  async #stop(reason: string): Promise<void> {
    this.#emit({ type: 'lab-stopping', reason })
    this.#starting.abort(new LabError({ code: 'interrupted', message: `the start was interrupted: ${reason}` }))
    await this.#takeDown()
    this.#emit({ type: 'lab-stopped' })
  }

  /** Stops every server and checks that it is gone. */
  async #takeDown(): Promise<void> {
    this.#phase = 'stopping'
    for (const timer of this.#timers) clearTimeout(timer)
    clearImmediate(this.#keepingRun)
    const identities = this.#nodes.flatMap((node) => node.identity ?? [])
    await Promise.all(this.#nodes.map((node) => node.stop()))
    const left = identities.filter(isAlive)
    if (left.length > 0) {
      const details = left.map(({ pid }) => `pid ${pid}`)
      throw new LabError({ code: 'stop-failed', message: 'not every redis-server could be ended', details })
    }
    removeRun(this.#record.dir)
    this.#phase = 'stopped'
  }

  #onCrash(node: RedisNode): void {
    if (this.#phase === 'starting') {
      void node.startError('it exited').then((error) => this.#starting.abort(error))
      return
    }
    if (this.#phase !== 'running') return
    const now = Date.now()
    const crashes = [...(this.#crashes.get(node) ?? []), now]
    this.#crashes.set(node, crashes)
    const decision = decideRestart(crashes, now)
    if (decision.kind === 'give-up') {
      void logTail(node.dir).then((tail) => {
        this.#emit({ type: 'node-gave-up', node: node.name, crashes: decision.crashes, logTail: tail })
      })
      return
    }
    this.#emit({ type: 'node-restarting', node: node.name, attempt: crashes.length, delayMs: decision.delayMs })
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#restart(node)
    }, decision.delayMs)
    this.#timers.add(timer)
  }

  #restart(node: RedisNode): void {
    node.restarts++
    node.start()
    // Should it not come up, its exit is the next crash; should it only be slow, it is "starting" until it answers.
    node.listening({ deadline: Infinity }).catch(() => {})
  }

  #climb(): Climb {
    return startClimb(this.#nodes, shapeOf(this.#record))
  }

  /** The ids that the cluster gave itself, kept so that a lab that is down can still tell them. */
  #keepIds(climb: Climb): void {
    const nodes = this.#record.nodes.map((planned, index) => {
      const node = this.#nodes[index]
      const id = (node && ownLine(climb, node)?.id) ?? planned.id
      return { ...planned, id }
    })
    this.#record = { ...this.#record, formed: true, nodes }
    writeLab(this.#record)
  }

  /** Once for all that are started in the same moment. */
  #keepRunSoon(): void {
    this.#keepingRun ??= setImmediate(() => {
      this.#keepingRun = undefined
      this.#keepRun()
    })
  }
  #keepingRun: NodeJS.Immediate | undefined

  #keepRun(): void {
    const supervisor = identify(process.pid)
    if (!supervisor) throw new Error('this process cannot be identified')
    const nodes = this.#nodes.flatMap((node) => (node.identity ? [{ name: node.name, process: node.identity }] : []))
    writeRun(this.#record.dir, { supervisor, socket: this.#order.socket, nodes })
  }

  #describe(climb: Climb, ready: LabStatus['ready']): LabStatus {
    const supervisor = { pid: process.pid, socket: this.#order.socket }
    return describeLab({
      record: this.#record,
      nodes: this.#nodes,
      climb,
      ready,
      state: this.#stateNow(ready),
      supervisor,
    })
  }

  #stateNow(ready: LabStatus['ready']): LabState {
    if (this.#phase === 'running') return ready.reasons.length > 0 ? 'degraded' : 'running'
    return this.#phase === 'stopping' ? 'stopped' : this.#phase
  }
}

const shapeOf = ({ spec }: LabRecord) => ({ masters: spec.masters, replicas: spec.masters * spec.replicas })
