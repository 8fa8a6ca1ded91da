/** What the cluster's code needs of a node: a name, and a way to ask it. `RedisNode` is one. */
import type { NodeClient } from '../node/index.js'

export interface Member {
  readonly name: string
  readonly port: number
  readonly state: string
  client(): Promise<NodeClient>
}

/** A member that a creator may start and stop. */
export interface Server extends Member {
  readonly dir: string
  /** `args` are directives for this run only, as `--name value` words: redis.conf stays the user's. */
  start(args?: readonly string[]): void
  listening(options: { readonly deadline: number; readonly signal?: AbortSignal | undefined }): Promise<void>
  stop(graceMs?: number): Promise<void>
}

/** How many masters and replicas make the cluster whole. */
export interface Shape {
  readonly masters: number
  readonly replicas: number
}
