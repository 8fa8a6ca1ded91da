/** What `status --json` prints: the lab as it stands at this moment. A contract, kept as written. */
import type { ReadyLevel } from '../events.js'
import type { TlsFiles } from '../node/index.js'
import type { CreatorName, Deviation, SlotRange, SlotService } from '../cluster/index.js'

export type LabState = 'starting' | 'running' | 'degraded' | 'stopped' | 'failed'
export type NodeStatusState = 'starting' | 'running' | 'stopped' | 'crashed' | 'paused'

export interface Release {
  readonly engine: 'redis' | 'valkey'
  readonly version: string
}

export interface CrashStatus {
  /** How its process ended, in words: "exit code 1", "signal SIGKILL". */
  readonly exit: string
  /** It will be started again by itself. */
  readonly restarting: boolean
  /** The end of its log, where it is not started again. */
  readonly logTail: readonly string[]
}

export interface NodeStatus {
  /** Who it was planned to be: m1, r1. Its role now is `role`. Of a foreign node its address. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly busPort: number
  readonly pid: number | null
  /** The cluster's own 40 hex digits for it; null until it has any. */
  readonly id: string | null
  readonly role: 'master' | 'replica'
  /** Null for a foreign node, which nobody planned. */
  readonly plannedRole: 'master' | 'replica' | null
  readonly masterId: string | null
  readonly slots: readonly SlotRange[]
  /** What this node runs; another than the lab's in a mixed lab, and while one is upgraded. Null for a foreign node. */
  readonly redis: Release | null
  readonly state: NodeStatusState
  /** How often it was started again after a crash. */
  readonly restarts: number
  /** Only of a node that has crashed. */
  readonly crash?: CrashStatus
  /** Empty for a foreign node, as is `log`. */
  readonly dir: string
  readonly log: string
  /** Part of the cluster, but not of the lab: somebody else added it. */
  readonly foreign: boolean
}

/** What a node asks of whoever connects: nothing, the one password, or to be one of the users of an ACL file. */
export type AuthKind = 'none' | 'password' | 'acl'

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
  /** Whole paths of PEM files: what a client needs that talks to the nodes. Null where they speak plain TCP. */
  readonly tls: TlsFiles | null
  readonly auth: AuthKind
  readonly supervisor: { readonly pid: number; readonly socket: string } | null
  readonly ready: { readonly level: ReadyLevel; readonly reasons: readonly string[] }
  /** Of the 16384: how many have an owner, how many of those owners accept commands, and why the others do not. */
  readonly slots: SlotService
  /** How the cluster differs from the plan of the lab; empty while nobody has changed it. */
  readonly deviations: readonly Deviation[]
  readonly nodes: readonly NodeStatus[]
}

/** What a reset has done. */
export interface ResetResult {
  /** What was otherwise and is as planned again, a sentence each; empty where nothing had changed. */
  readonly undone: readonly string[]
  readonly elapsedMs: number
}

export interface UpgradedNode {
  readonly name: string
  readonly port: number
  readonly from: Release
  readonly to: Release
  /** How long nobody had its slots: of a master without replicas. Null of any other, whose place was taken meanwhile. */
  readonly slotsAwayMs: number | null
}

/** What an upgrade has done. */
export interface UpgradeResult {
  /** What the lab was made with, and what all its nodes run now. */
  readonly from: Release
  readonly to: Release
  /** Those that were upgraded, in the order in which they were; empty where all of them were there already. */
  readonly nodes: readonly UpgradedNode[]
  readonly elapsedMs: number
}

/** What a failover has made of two nodes. */
export interface FailoverResult {
  /** The new master. */
  readonly promoted: string
  /** The master before it. */
  readonly demoted: string
}
