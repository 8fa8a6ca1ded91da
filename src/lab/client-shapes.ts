/**
 * What the two cluster clients are told so that one line makes a client for any lab, with a password or without:
 *
 *     createCluster(lab.nodeRedis)          node-redis
 *     new Cluster(...lab.ioredis)           ioredis
 *
 * Plain data: it can be sent to another process.
 */
import type { Access } from '../node/index.js'

/** Where a cluster client starts. One shape for both: node-redis reads `url`, ioredis reads `host` and `port`. */
export interface RootNode {
  readonly url: string
  readonly host: string
  readonly port: number
}

/** Without a name: of the default user. */
export interface Credentials {
  username?: string
  password?: string
}

/** What node-redis' `createCluster` takes. */
export interface NodeRedisOptions {
  rootNodes: RootNode[]
  /** Holds for every node that the client learns of. */
  defaults: Credentials
}

/** What ioredis' `new Cluster` takes, as its two arguments. */
export type IoredisArguments = [nodes: RootNode[], options: { redisOptions: Credentials }]

export interface ClientShapes {
  readonly nodeRedis: NodeRedisOptions
  readonly ioredis: IoredisArguments
}

export function clientShapes(nodes: readonly RootNode[], access: Access): ClientShapes {
  const rootNodes = nodes.map(({ url, host, port }) => ({ url, host, port }))
  const credentials = credentialsOf(access)
  return {
    nodeRedis: { rootNodes, defaults: { ...credentials } },
    ioredis: [rootNodes, { redisOptions: { ...credentials } }],
  }
}

const credentialsOf = ({ user }: Access): Credentials =>
  user ? { ...(user.name !== undefined && { username: user.name }), password: user.password } : {}
