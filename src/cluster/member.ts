/** What the cluster's code needs of a node: a name, and a way to ask it. `RedisNode` is one. */
import type { ExitCause } from '../events.js'
import type { NodeClient } from '../node/index.js'
import type { Build } from '../release/index.js'

export interface Member {
  /** The lab that it belongs to. */
  readonly lab: string
  readonly name: string
  readonly port: number
  /** Words of RedisNode's state; only `running` and `starting` can be asked anything. */
  readonly state: string
  /** How its process ended, when it has crashed. */
  readonly exit?: string | undefined
  /** Somebody deleted it, whether or not a server still works in it. */
  readonly folderIsGone?: boolean
  client(): Promise<NodeClient>
  /** A new connection to another node of its cluster, with the same credentials; it is the caller's to close. */
  connectTo(host: string, port: number): Promise<NodeClient>
}

/** A member that a creator may start and stop. */
export interface Server extends Member {
  readonly dir: string
  /** What it is started with. */
  readonly build: Build
  /** `args` are directives for this run only, as `--name value` words: redis.conf stays the user's. */
  start(args?: readonly string[]): void
  listening(options: { readonly deadline: number; readonly signal?: AbortSignal | undefined }): Promise<void>
  stop(cause?: ExitCause): Promise<void>
}

export const canBeAsked = ({ state }: Member): boolean => state === 'running' || state === 'starting'

/** How many masters and replicas make the cluster whole. */
export interface Shape {
  readonly masters: number
  readonly replicas: number
  /**
   * The cluster was formed before and may have been changed since: any in which all slots are owned and agreed is whole. Otherwise
   * it has to be as planned.
   */
  readonly mayDiffer?: boolean
}
