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

/** Getting a Redis release and making it. */
export type ReleaseEvent =
  | { readonly type: 'release-fallback'; readonly from: string; readonly to: string; readonly reason: string }
  | { readonly type: 'download-started'; readonly url: string }
  | { readonly type: 'download-progress'; readonly receivedBytes: number; readonly totalBytes: number | undefined }
  | { readonly type: 'download-retry'; readonly attempt: number; readonly delayMs: number; readonly reason: string }
  | { readonly type: 'download-done'; readonly sizeBytes: number; readonly sha256: string }
  | { readonly type: 'unpack-started'; readonly archive: string }
  | { readonly type: 'build-waiting'; readonly pid: number; readonly command: string }
  | { readonly type: 'build-started'; readonly what: string; readonly jobs: number }
  | { readonly type: 'build-progress'; readonly doneSteps: number; readonly totalSteps: number }
  | { readonly type: 'release-ready'; readonly what: string; readonly server: string; readonly cached: boolean }

/** The life of one redis-server. `node` is its name in the lab: m1, r1. */
export type NodeEvent =
  | { readonly type: 'node-started'; readonly node: string; readonly port: number; readonly pid: number }
  | { readonly type: 'node-listening'; readonly node: string; readonly port: number }
  | {
      readonly type: 'node-exited'
      readonly node: string
      readonly port: number
      readonly pid: number
      readonly exit: string
      readonly expected: boolean
    }
  | { readonly type: 'node-restarting'; readonly node: string; readonly attempt: number; readonly delayMs: number }
  | {
      readonly type: 'node-gave-up'
      readonly node: string
      readonly crashes: number
      readonly logTail: readonly string[]
    }

/** Many nodes becoming one cluster. */
export type ClusterEvent =
  | { readonly type: 'create-started'; readonly creator: string }
  | { readonly type: 'create-fallback'; readonly from: string; readonly to: string; readonly reason: string }
  | { readonly type: 'create-done'; readonly creator: string }
  | { readonly type: 'ready-progress'; readonly level: ReadyLevel; readonly missing: readonly string[] }

/** The lab as a whole. */
export type LabLifeEvent =
  | { readonly type: 'lab-waiting'; readonly pid: number; readonly command: string }
  | { readonly type: 'lab-starting'; readonly name: string; readonly dir: string; readonly resumed: boolean }
  | { readonly type: 'lab-ready'; readonly level: ReadyLevel; readonly elapsedMs: number }
  | { readonly type: 'lab-failed'; readonly error: ErrorData }
  | { readonly type: 'lab-stopping'; readonly reason: string }
  | { readonly type: 'lab-stopped' }

export type LabEvent = ReleaseEvent | NodeEvent | ClusterEvent | LabLifeEvent

/** Takes an event as it happens. Must not throw. */
export type Emit = (event: LabEvent) => void
