/** What `status --json` prints: the lab as it stands at this moment. A contract, kept as written. */
import type { ReadyLevel } from '../events.js'
import type { CreatorName, SlotRange } from '../cluster/index.js'

export type LabState = 'starting' | 'running' | 'degraded' | 'stopped' | 'failed'
export type NodeStatusState = 'starting' | 'running' | 'stopped' | 'crashed' | 'paused'

export interface NodeStatus {
  /** Who it was planned to be: m1, r1. Its role now is `role`. */
  readonly name: string
  readonly port: number
  readonly busPort: number
  readonly pid: number | null
  /** The cluster's own 40 hex digits for it; null until it has any. */
  readonly id: string | null
  readonly role: 'master' | 'replica'
  readonly masterId: string | null
  readonly slots: readonly SlotRange[]
  readonly state: NodeStatusState
  /** How often it was started again after a crash. */
  readonly restarts: number
  readonly dir: string
  readonly log: string
}

export interface LabStatus {
  readonly name: string
  readonly state: LabState
  readonly dir: string
  readonly ephemeral: boolean
  readonly redis: {
    readonly engine: 'redis' | 'valkey'
    readonly version: string
    readonly source: string
    readonly server: string
    readonly cli: string
  }
  readonly creator: CreatorName
  readonly supervisor: { readonly pid: number; readonly socket: string } | null
  readonly ready: { readonly level: ReadyLevel; readonly reasons: readonly string[] }
  readonly nodes: readonly NodeStatus[]
}
