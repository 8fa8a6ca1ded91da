/** What makes one cluster out of many servers. The way of doing it is a choice, its result is not. */
import type { Emit, ReadyLevel } from '../../events.js'
import type { Access } from '../../node/index.js'
import type { Build } from '../../release/index.js'
import type { Server, Shape } from '../member.js'
import type { Climb } from '../climb.js'
import type { PlannedNode } from '../topology.js'

export type CreatorName = 'instant' | 'redis-cli'

export interface FormContext {
  /** That of the lab. Each server knows its own, which may be another. */
  readonly build: Build
  /** For tools that connect by themselves: the servers know it. */
  readonly access: Access
  readonly nodes: readonly PlannedNode[]
  /** One for each planned node, in the same order; none is running. */
  readonly servers: readonly Server[]
  readonly shape: Shape
  /** The servers' folders hold a cluster from an earlier run: it is to be had back, with every key. */
  readonly kept: boolean
  /** For masters of a kept cluster whose data is gone: the replica that has it, and takes their place. */
  readonly heirs?: ReadonlyMap<Server, Server>
  /** How far the result is to be proven. */
  readonly level: ReadyLevel
  /** Where a creator keeps what it did, or what its tools said. */
  readonly logFile: string
  /** From Date.now(). */
  readonly deadline: number
  readonly signal: AbortSignal
  readonly emit: Emit
}

export interface ClusterCreator {
  readonly name: CreatorName
  /**
   * Starts every server and makes them the planned cluster, or the kept one.
   *
   * @returns what everybody said when the wanted level of readiness was proven
   * @throws LabError `create-failed`, `not-ready`; `node-failed` when a server does not come up · the reason of `signal`
   */
  form(context: FormContext): Promise<Climb>
}
