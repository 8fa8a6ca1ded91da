/**
 * What happened, never how it looks.
 *
 * Work in `release/`, `node/`, `cluster/` and `supervisor/` reports these; only `view/` turns them into something to look at.
 * Every event is plain JSON: the supervisor sends them to its caller and keeps them in `supervisor.log`.
 */
import type { ErrorData } from './errors.js'

/** How far a lab is proven ready, weakest first. What each level proves stands in `cluster/ready.ts`. */
export const readyLevels = ['none', 'alive', 'agreed', 'ok', 'replicas', 'full'] as const
export type ReadyLevel = (typeof readyLevels)[number]

/** A process that has to be waited for. */
interface AwaitedProcess {
  readonly pid: number
  readonly command: string
  /** Whether it lives is unknown: why, and how to clear its lock by hand. */
  readonly unjudged?: string
}

/** Getting a Redis release and making it. */
export type ReleaseEvent =
  | { readonly type: 'release-fallback'; readonly from: string; readonly to: string; readonly reason: string }
  | { readonly type: 'download-started'; readonly url: string }
  | { readonly type: 'download-progress'; readonly receivedBytes: number; readonly totalBytes: number | undefined }
  | { readonly type: 'download-retry'; readonly attempt: number; readonly delayMs: number; readonly reason: string }
  | { readonly type: 'download-done'; readonly sizeBytes: number; readonly sha256: string }
  | { readonly type: 'unpack-started'; readonly archive: string }
  | ({ readonly type: 'build-waiting' } & AwaitedProcess)
  | { readonly type: 'build-started'; readonly what: string; readonly jobs: number }
  | { readonly type: 'build-progress'; readonly doneSteps: number; readonly totalSteps: number }
  | {
      readonly type: 'release-ready'
      readonly what: string
      readonly server: string
      readonly cached: boolean
      /** What was asked for where that was not one version: "8.0", "latest". */
      readonly alias?: string
    }

/** Why a server was started: with the lab, by a node verb, or because it had ended unasked. */
export type StartCause = 'up' | 'start' | 'restart' | 'upgrade' | 'crash'
/** Why a server ended: with the lab, by a node verb, for another attempt at forming, or because of nothing that was asked here. */
export type ExitCause = 'down' | 'stop' | 'restart' | 'upgrade' | 'kill' | 'start-over' | 'crash'
/** Who paused a server or let it run on: a node verb, or somebody with a signal of their own. */
export type PauseCause = 'asked' | 'outside'

interface NodePlace {
  /** Its name in the lab: m1, r1. */
  readonly node: string
  readonly port: number
}

/** The life of one redis-server. */
export type NodeEvent =
  | ({ readonly type: 'node-started'; readonly pid: number; readonly cause: StartCause } & NodePlace)
  /** Its redis.conf was empty or cut off, as after a power failure, and was written again. */
  | ({ readonly type: 'node-conf-replaced' } & NodePlace)
  /** Data that it held when the lab went down is missing; the replica `heir`, which has it, becomes the master. */
  | ({
      readonly type: 'node-data-replaced'
      readonly heir: string
      readonly problems: readonly string[]
      /** The folder that has what was left of its data. */
      readonly aside: string | null
    } & NodePlace)
  | ({ readonly type: 'node-adopted'; readonly pid: number } & NodePlace)
  | ({ readonly type: 'node-listening' } & NodePlace)
  | ({
      readonly type: 'node-exited'
      readonly pid: number
      /** In words: "exit code 1", "signal SIGKILL". */
      readonly exit: string
      readonly cause: ExitCause
    } & NodePlace)
  | ({ readonly type: 'node-paused'; readonly pid: number; readonly cause: PauseCause } & NodePlace)
  | ({ readonly type: 'node-resumed'; readonly pid: number; readonly cause: PauseCause } & NodePlace)
  | { readonly type: 'node-restarting'; readonly node: string; readonly attempt: number; readonly delayMs: number }
  | {
      readonly type: 'node-gave-up'
      readonly node: string
      readonly crashes: number
      readonly logTail: readonly string[]
    }

/**
 * How a replica takes its master's place: by agreement with it and without losing a write; `force` without the master but with
 * the votes of the others; `takeover` without asking anybody.
 */
export type FailoverMode = 'agreed' | 'force' | 'takeover'

/** Many nodes becoming one cluster. */
export type ClusterEvent =
  | { readonly type: 'create-started'; readonly creator: string }
  | { readonly type: 'create-fallback'; readonly from: string; readonly to: string; readonly reason: string }
  | { readonly type: 'create-done'; readonly creator: string }
  | {
      readonly type: 'failover-done'
      /** The new master, and the one before it. */
      readonly node: string
      readonly former: string
      readonly mode: FailoverMode
      readonly elapsedMs: number
    }
  /**
   * A node says of itself that it is a master now, or a replica: after a failover, whoever asked for it, also one that Redis
   * decided on. `master` is the name of its master, null for a master, and null where the master is not a node of the lab.
   */
  | ({ readonly type: 'role-changed'; readonly role: 'master' | 'replica'; readonly master: string | null } & NodePlace)
  | {
      readonly type: 'snapshot-taken'
      readonly dir: string
      /** In all masters together. */
      readonly keys: number
      /** For how long clients had to wait with their writes. */
      readonly pausedMs: number
      readonly elapsedMs: number
    }
  | { readonly type: 'ready-progress'; readonly level: ReadyLevel; readonly missing: readonly string[] }

/** A lab that is begun, one that was kept when it went down, or one that a supervisor left behind when it died. */
export type LabOrigin = 'new' | 'kept' | 'orphaned'

/** The lab as a whole. */
export type LabLifeEvent =
  | ({ readonly type: 'lab-waiting' } & AwaitedProcess)
  | { readonly type: 'ports-lost'; readonly reason: string }
  | { readonly type: 'lab-starting'; readonly name: string; readonly dir: string; readonly origin: LabOrigin }
  | { readonly type: 'lab-ready'; readonly level: ReadyLevel; readonly elapsedMs: number }
  | { readonly type: 'lab-failed'; readonly error: ErrorData }
  /** Back to its plan and empty; `undone` says in words what was otherwise. */
  | { readonly type: 'lab-reset'; readonly undone: readonly string[]; readonly elapsedMs: number }
  | { readonly type: 'upgrade-started'; readonly from: string; readonly to: string; readonly nodes: number }
  | {
      readonly type: 'node-upgraded'
      readonly node: string
      readonly port: number
      /** "redis 7.0.15" */
      readonly from: string
      readonly to: string
      /** How long nobody had its slots; null where another node took its place meanwhile. */
      readonly slotsAwayMs: number | null
      readonly elapsedMs: number
    }
  /** It could not follow its master, which has a newer release: it has that too from now on. */
  | {
      readonly type: 'node-brought-along'
      readonly node: string
      readonly port: number
      readonly from: string
      readonly to: string
    }
  | { readonly type: 'upgrade-done'; readonly to: string; readonly nodes: number; readonly elapsedMs: number }
  /** Before its end; asked for again it goes on. */
  | { readonly type: 'upgrade-stopped'; readonly to: string; readonly reason: string }
  | { readonly type: 'lab-stopping'; readonly reason: string }
  | { readonly type: 'lab-stopped' }
  /** Something could not be written down; the lab goes on. */
  | { readonly type: 'record-failed'; readonly reason: string }

export type LabEvent = ReleaseEvent | NodeEvent | ClusterEvent | LabLifeEvent

/** An event with its time, ISO 8601: as supervisor.log keeps it and as a lab's listeners get it. */
export type TimedEvent = { readonly at: string } & LabEvent

/** Every type of event: what a listener can ask for. */
export const eventTypes = Object.keys({
  'release-fallback': 0,
  'download-started': 0,
  'download-progress': 0,
  'download-retry': 0,
  'download-done': 0,
  'unpack-started': 0,
  'build-waiting': 0,
  'build-started': 0,
  'build-progress': 0,
  'release-ready': 0,
  'node-started': 0,
  'node-conf-replaced': 0,
  'node-data-replaced': 0,
  'node-adopted': 0,
  'node-listening': 0,
  'node-exited': 0,
  'node-paused': 0,
  'node-resumed': 0,
  'node-restarting': 0,
  'node-gave-up': 0,
  'create-started': 0,
  'create-fallback': 0,
  'create-done': 0,
  'failover-done': 0,
  'role-changed': 0,
  'snapshot-taken': 0,
  'ready-progress': 0,
  'lab-waiting': 0,
  'ports-lost': 0,
  'lab-starting': 0,
  'lab-ready': 0,
  'lab-failed': 0,
  'lab-reset': 0,
  'upgrade-started': 0,
  'node-upgraded': 0,
  'node-brought-along': 0,
  'upgrade-done': 0,
  'upgrade-stopped': 0,
  'lab-stopping': 0,
  'lab-stopped': 0,
  'record-failed': 0,
} satisfies Record<LabEvent['type'], 0>) as readonly LabEvent['type'][]

/** Takes an event as it happens. Must not throw. */
export type Emit = (event: LabEvent) => void
