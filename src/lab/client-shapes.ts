/** A lab as the cluster clients take it: nodes to begin with, and what it takes to be let in. Pure. */
import type { Access } from '../node/index.js'

export interface ClientNode {
  readonly url: string
  readonly host: string
  readonly port: number
}

export interface Credentials {
  username?: string
  password?: string
}

/** What node-redis' `createCluster` takes. */
export interface NodeRedisShape {
  rootNodes: { url: string }[]
  defaults: Credentials
}

/** What ioredis' `new Cluster` takes, as its two arguments. */
export type IoredisShape = [nodes: { host: string; port: number }[], options: { redisOptions: Credentials }]

export const nodeRedisShape = (nodes: readonly ClientNode[], access: Access): NodeRedisShape => ({
  rootNodes: nodes.map(({ url }) => ({ url })),
  defaults: credentialsOf(access),
})

export const ioredisShape = (nodes: readonly ClientNode[], access: Access): IoredisShape => [
  nodes.map(({ host, port }) => ({ host, port })),
  { redisOptions: credentialsOf(access) },
]

const credentialsOf = ({ user }: Access): Credentials =>
  user ? { ...(user.name !== undefined && { username: user.name }), password: user.password } : {}
