/** What joins nodes into one cluster. The way of doing it is a choice, its result is not. */
import type { Emit } from '../../events.js'
import type { Build } from '../../release/index.js'
import type { LabSpec } from '../../spec/index.js'
import type { Member } from '../member.js'
import type { PlannedNode } from '../topology.js'

export type CreatorName = LabSpec['creator']

export interface CreateContext {
  readonly build: Build
  readonly nodes: readonly PlannedNode[]
  readonly members: readonly Member[]
  readonly spec: Pick<LabSpec, 'masters' | 'replicas'>
  /** Where a creator keeps what its tools said. */
  readonly logFile: string
  /** From Date.now(). */
  readonly deadline: number
  readonly signal: AbortSignal
  readonly emit: Emit
}

export interface ClusterCreator {
  readonly name: CreatorName
  /**
   * Every server is up, empty and alone; afterwards they are on their way to the planned cluster. What is still missing for a
   * level of readiness is waited for by the caller.
   *
   * @throws LabError `create-failed` with what the tool said
   */
  create(context: CreateContext): Promise<void>
}
