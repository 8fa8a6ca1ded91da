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
import process from 'node:process'
import {
  canBeAsked,
  leaveAsKept,
  measureReady,
  startClimb,
  TemporaryChanges,
  waitReady,
  type Climb,
} from '../cluster/index.js'
import { LabError } from '../errors.js'
import type { Emit, ExitCause } from '../events.js'
import { RedisNode } from '../node/index.js'
import { labFiles } from '../paths.js'
import { readWords } from '../spec/index.js'
import { isGone } from '../util/process-identity.js'
import { adoptServers } from './adopt.js'
import { Attendance } from './attendance.js'
import { bringUp } from './bring-up.js'
import { buildOf } from './builds.js'
import type { Order } from './channel.js'
import { describeLab, ownLine } from './describe.js'
import { forgetHeldData, noteHeldData } from './held-data.js'
import { refreshFolder } from './node-folders.js'
import { applyVerb } from './node-verbs.js'
import { Operations } from './operations.js'
import { removeOverrides, writeOverrides } from './overrides-file.js'
import type { LabRecord, RunRecord } from './record.js'
import { writeLab } from './record-writer.js'
import { Resets } from './resets.js'
import { Restarts } from './restarts.js'
import { RoleWatch } from './role-watch.js'
import { RunKeeper } from './run-keeper.js'
import { anyShapeOf, shapeOf } from './shape-of.js'
import type { LabState, LabStatus, ResetResult, UpgradeResult } from './status.js'
import { Upgrades, type UpgradeOrder } from './upgrades.js'

export class Supervisor {
  readonly #order: Order
  readonly #emit: Emit
  readonly #nodes: readonly RedisNode[]
  readonly #restarts: Restarts
  readonly #run: RunKeeper
  readonly #resets: Resets
  readonly #upgrades: Upgrades
  readonly #operations: Operations
  readonly #temporary = new TemporaryChanges()
  readonly #roles: RoleWatch
  /** What can be asked of the lab while it runs. */
  readonly attendance: Attendance
  /** Ends whatever start() is waiting for: a server died, or stop() was called. */
  readonly #starting = new AbortController()
  #record: LabRecord
  #phase: 'starting' | 'running' | 'stopping' | 'stopped' | 'failed' = 'starting'
  /** Until it is over, which servers are the lab's own is not known, and none of them can be stopped. */
  #adopting: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  constructor(order: Order, emit: Emit) {
    const { record, access, socket } = order
    this.#order = order
    this.#record = record
    this.#emit = (event) => {
      emit(event)
      const changes = event.type === 'node-started' || event.type === 'node-exited'
      // Of a lab that ends the record goes too.
      if (changes && this.#phase !== 'stopping') this.#run.soon()
      if (event.type === 'node-listening' && this.#phase === 'running') {
        this.#learn(event.node)
        this.#roles.look(event.node)
      }
      // What could not be put back while it was paused.
      if (event.type === 'node-resumed') void this.#temporary.config.settle()
    }
    const bind = readWords(record.spec.set.findLast(({ name }) => name === 'bind')?.value ?? '')
    this.#nodes = record.nodes.map((planned) => {
      const { name, port } = planned
      return new RedisNode({
        lab: record.name,
        name,
        port,
        dir: labFiles.node(record.dir, port),
        build: buildOf(record, planned),
        access,
        ...(bind && bind.length > 0 && { bind }),
        emit: this.#emit,
        onCrash: (node, cause) => this.#onCrash(node, cause),
      })
    })
    this.#operations = new Operations(record.name)
    this.#roles = new RoleWatch(this.#nodes, emit)
    this.#restarts = new Restarts({ emit: this.#emit, enabled: record.spec.restart })
    const onFailure = (error: Error) => this.#onRecordFailure(error)
    const isOnItsWay = (node: RedisNode) => this.#upgrades.isUnderWay(node)
    this.#run = new RunKeeper({ dir: record.dir, socket, nodes: this.#nodes, isOnItsWay, onFailure })
    this.#resets = new Resets({
      record,
      user: access.user,
      shape: shapeOf(record),
      nodes: this.#nodes,
      restarts: this.#restarts,
      operations: this.#operations,
      temporary: this.#temporary,
      emit: this.#emit,
      onChange: (climb) => this.#keepIds(climb),
    })
    this.#upgrades = new Upgrades({
      nodes: this.#nodes,
      shape: shapeOf(record),
      restarts: this.#restarts,
      emit: this.#emit,
      temporary: this.#temporary,
      idle: () => this.#operations.idle(),
      record: () => this.#record,
      change: (changed) => {
        this.#record = changed
        writeLab(changed)
      },
      refresh: (node, before) => refreshFolder({ record: this.#record, access }, node, before),
      renew: (node) => this.#resets.renew(node),
      onUpgraded: async (node, climb) => {
        this.#keepIds(climb)
        await this.#resets.renew(node)
      },
    })
    this.attendance = new Attendance({
      nodes: this.#nodes,
      planned: record.nodes,
      shape: anyShapeOf(record),
      restarts: this.#restarts,
      operations: this.#operations,
      temporary: this.#temporary,
      emit: this.#emit,
      requireRunning: () => this.#requireRunning(),
      requireQuiet: () => this.#upgrades.requireNone(),
      status: () => this.status(),
      onChange: () => this.#run.soon(),
    })
  }

  /**
   * @returns the status at the moment the wanted level was proven; for a lab that was adopted, what it is
   * @throws LabError whatever went wrong first, after everything that was begun has been ended
   */
  async start(): Promise<LabStatus> {
    const startedAt = Date.now()
    const { name, dir, spec } = this.#record
    const { origin } = this.#order
    this.#emit({ type: 'lab-starting', name, dir, origin: origin.kind })
    try {
      // From here on the lab is found as one that is starting, and what it starts is known.
      this.#run.write()
      const deadline = startedAt + spec.timeout
      const { climb, ready, slots } =
        origin.kind === 'orphaned' ? await this.#takeOver(origin.left, deadline) : await this.#bringUp(origin, deadline)
      // A stop that came meanwhile counts, even if everything was done by then.
      this.#starting.signal.throwIfAborted()
      this.#phase = 'running'
      this.#recordOverrides()
      this.#run.formed = true
      // From here on the nodes change what they hold.
      forgetHeldData(dir)
      // Whoever is told that the lab is ready may count on its being adopted from then on.
      this.#run.now()
      this.#keepIds(climb)
      for (const node of this.#nodes) this.#learn(node.name)
      this.#emit({ type: 'lab-ready', level: ready.level, elapsedMs: Date.now() - startedAt })
      return this.#describe(climb, ready, { slots })
    } catch (error) {
      const failure = LabError.from(error)
      this.#emit({ type: 'lab-failed', error: failure.toJSON() })
      await this.#takeDown('the start failed')
      this.#phase = 'failed'
      leaveAsKept(this.#nodes)
      throw failure
    }
  }

  /** Asks every node, now. */
  async status(): Promise<LabStatus> {
    for (const node of this.#nodes) node.observe()
    const climb = this.#climb()
    // Asked in the same round trip as the first question about readiness.
    const notes = this.#settingNotes()
    const { level, reasons, slots } = await measureReady(climb)
    const ready = { level, reasons: [...reasons, ...this.#lostFolders()] }
    return this.#describe(climb, ready, { slots, notes: await notes })
  }

  async #settingNotes(): Promise<string[]> {
    const { baseline } = this.#resets
    if (!baseline || this.#phase !== 'running') return []
    const { settingNotes } = await import('./setting-notes.js')
    return settingNotes(this.#nodes, { baseline, temporary: this.#temporary })
  }

  /** A server works on in a folder that was deleted, and nobody would know until it ends. */
  #lostFolders(): string[] {
    return this.#nodes
      .filter((node) => node.identity && node.folderIsGone)
      .map(({ name, port, dir }) => `${name} (port ${port}): its folder ${dir} is gone, and what it holds ends with it`)
  }

  /** What a reset goes back to, and the roles that change, are those of now: the caller has just been told that the lab is ready. */
  keepBaseline(): void {
    this.#resets.begin({ adopted: this.#order.origin.kind === 'orphaned' })
    if (this.#phase === 'running') this.#roles.start()
  }

  /** Back to the plan, and empty. @throws LabError `wrong-state`, `reset-failed` */
  async reset(options: { timeoutMs: number }): Promise<ResetResult> {
    this.#requireRunning()
    this.#upgrades.requireNone()
    return this.#resets.run(options).finally(() => this.#run.soon())
  }

  /** To another release, node by node. @throws LabError `wrong-state`, `bad-input`, `upgrade-failed` */
  async upgrade(order: UpgradeOrder): Promise<UpgradeResult> {
    this.#requireRunning()
    return this.#operations
      .wait('the upgrade', (signal) => this.#upgrades.run(order, signal))
      .finally(() => this.#run.soon())
  }

  /** Idempotent: everybody who asks waits for the same end. @throws LabError `stop-failed` when a server is still there */
  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#stop(reason)
    return this.#stopping
  }

  /** Nobody waits for an orderly end any more. */
  async killAll(): Promise<void> {
    await Promise.allSettled(this.#nodes.map((node) => node.kill()))
  }

  async #bringUp(origin: Exclude<Order['origin'], { kind: 'orphaned' }>, deadline: number) {
    const { access } = this.#order
    const { climb, creator, slots } = await bringUp(origin, {
      access,
      nodes: this.#nodes,
      temporary: this.#temporary,
      emit: this.#emit,
      deadline,
      signal: this.#starting.signal,
      record: () => this.#record,
      change: (changed) => {
        this.#record = changed
        writeLab(changed)
      },
    })
    this.#record = { ...this.#record, creator: this.#record.creator ?? creator }
    return { climb, ready: { level: this.#record.spec.wait, reasons: [] }, slots }
  }

  /** What still runs is adopted as it is; what has ended since is started; what was stopped on purpose stays so. */
  async #takeOver(left: RunRecord['nodes'], deadline: number) {
    this.#adopting = adoptServers(this.#record, this.#nodes, left)
    await this.#adopting
    this.#starting.signal.throwIfAborted()
    const { readOverrides } = await import('./read-overrides.js')
    await this.#temporary.putBack(readOverrides(this.#record.dir), this.#nodes)
    this.#starting.signal.throwIfAborted()
    this.#recordOverrides()
    // From here on a crash is a crash of a running lab: what was adopted is not taken down for it.
    this.#phase = 'running'
    const away = this.#nodes.filter((node) => node.identity === undefined)
    const asleep = (node: RedisNode) => left.some(({ name, stopped }) => stopped && name === node.name)
    await Promise.allSettled(
      away
        .filter((node) => !asleep(node))
        .map((node) => applyVerb('start', node, this.#restarts, { deadline, restart: true })),
    )
    const { wait: level } = this.#record.spec
    const { signal } = this.#starting
    if (this.#nodes.every(canBeAsked)) {
      await waitReady(this.#nodes, anyShapeOf(this.#record), { level, deadline, signal, emit: this.#emit }).catch(
        () => {},
      )
    }
    const climb = this.#climb()
    const { slots, ...ready } = await measureReady(climb)
    return { climb, ready, slots }
  }

  async #stop(reason: string): Promise<void> {
    this.#emit({ type: 'lab-stopping', reason })
    this.#starting.abort(new LabError({ code: 'interrupted', message: `the start was interrupted: ${reason}` }))
    await this.#takeDown(reason)
    this.#emit({ type: 'lab-stopped' })
  }

  /** Stops every server and checks that it is gone. */
  async #takeDown(reason: string): Promise<void> {
    this.#phase = 'stopping'
    this.#operations.close(reason)
    this.#roles.close()
    this.#restarts.close()
    this.#temporary.close()
    await this.#adopting?.catch(() => {})
    const identities = this.#nodes.flatMap((node) => node.identity ?? [])
    const { dir, spec } = this.#record
    // After a start that failed the nodes may hold less than before it: what was written down then still counts.
    const isKept = this.#run.formed && !spec.ephemeral
    const writeHeld = isKept ? await noteHeldData(dir, this.#nodes) : () => {}
    await Promise.all(this.#nodes.map((node) => node.stop('down')))
    const left = identities.filter((identity) => !isGone(identity))
    if (left.length > 0) {
      const details = left.map(({ pid }) => `pid ${pid}`)
      throw new LabError({ code: 'stop-failed', message: 'not every redis-server could be ended', details })
    }
    try {
      writeHeld()
    } catch (error) {
      // Without it the next start compares nothing.
      this.#emit({ type: 'record-failed', reason: (error as Error).message })
    }
    // With its processes gone nothing is overridden any more.
    removeOverrides(this.#record.dir)
    this.#run.remove()
    this.#phase = 'stopped'
  }

  #onCrash(node: RedisNode, cause: ExitCause): void {
    if (this.#phase === 'starting') {
      void node.startError(node.exit ?? 'it exited').then((error) => this.#starting.abort(error))
      return
    }
    if (this.#phase === 'running') this.#restarts.onCrash(node, { asked: cause === 'kill' })
  }

  /** A lab that cannot be written down is not begun; one that runs goes on. */
  #onRecordFailure(error: Error): void {
    this.#emit({ type: 'record-failed', reason: error.message })
    if (this.#phase === 'starting') this.#starting.abort(LabError.from(error))
  }

  /** What is changed on nodes for a while is written down first from here on, for whoever adopts the lab. */
  #recordOverrides(): void {
    const { dir } = this.#record
    this.#temporary.recordTo((record) => writeOverrides(dir, record))
  }

  #learn(name: string): void {
    const node = this.#nodes.find((one) => one.name === name)
    if (node && canBeAsked(node)) void this.#run.learnRunId(node)
  }

  #requireRunning(): void {
    if (this.#phase === 'running') return
    const when = this.#phase === 'starting' ? 'not to be had yet' : 'not to be had any more'
    throw new LabError({ code: 'wrong-state', message: `the lab is ${this.#phase}: its nodes are ${when}` })
  }

  #climb(): Climb {
    const { formed } = this.#record
    return startClimb(this.#nodes, formed ? anyShapeOf(this.#record) : shapeOf(this.#record))
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

  #describe(
    climb: Climb,
    ready: LabStatus['ready'],
    { slots, notes = [] }: { readonly slots: LabStatus['slots']; readonly notes?: LabStatus['notes'] },
  ): LabStatus {
    const supervisor = { pid: process.pid, socket: this.#order.socket }
    return describeLab({
      record: this.#record,
      nodes: this.#nodes,
      crashOf: (node) => this.#restarts.statusOf(node),
      climb,
      ready,
      notes,
      slots,
      state: this.#stateNow(ready),
      supervisor,
    })
  }

  #stateNow(ready: LabStatus['ready']): LabState {
    if (this.#phase === 'running') return ready.reasons.length > 0 ? 'degraded' : 'running'
    return this.#phase === 'stopping' ? 'stopped' : this.#phase
  }
}
