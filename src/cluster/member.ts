/** What the cluster's code needs of a node: a name, and a way to ask it. `RedisNode` is one. */
import type { NodeClient } from '../node/index.js'

export interface Member {
  readonly name: string
  readonly port: number
  readonly state: string
  client(): Promise<NodeClient>
}

/** How many masters and replicas make the cluster whole. */
export interface Shape {
  readonly masters: number
  readonly replicas: number
}
