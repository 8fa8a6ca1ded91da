/**
 * What the two cluster clients are told so that one line makes a client for any lab, with TLS or without:
 *
 *     createCluster(lab.nodeRedis)          node-redis
 *     new Cluster(...lab.ioredis)           ioredis
 *
 * Plain data: it can be sent to another process.
 */
import { readFileSync } from 'node:fs'
import type { Access } from '../node/index.js'

/** Where a cluster client starts. One shape for both: node-redis reads `url`, ioredis reads `host` and `port`. */
export interface RootNode {
  readonly url: string
  readonly host: string
  readonly port: number
}

/** PEM texts, as Node's own `tls.connect` takes them. */
export interface TlsTexts {
  /** What has signed the certificates of the nodes. */
  ca: string
  cert: string
  key: string
}

/** What node-redis' `createCluster` takes. */
export interface NodeRedisOptions {
  rootNodes: RootNode[]
  /** Holds for every node that the client learns of. */
  defaults: { socket?: TlsTexts & { tls: true } }
}

/** What ioredis' `new Cluster` takes, as its two arguments. */
export type IoredisArguments = [nodes: RootNode[], options: { redisOptions: { tls?: TlsTexts } }]

export interface ClientShapes {
  readonly nodeRedis: NodeRedisOptions
  readonly ioredis: IoredisArguments
}

export const urlOf = ({ host, port }: Pick<RootNode, 'host' | 'port'>, { tls }: Access): string =>
  `${tls ? 'rediss' : 'redis'}://${host}:${port}`

/** Reads the certificates, so that a client needs no file. */
export function clientShapes(nodes: readonly Pick<RootNode, 'host' | 'port'>[], access: Access): ClientShapes {
  const rootNodes = nodes.map(({ host, port }) => ({ url: urlOf({ host, port }, access), host, port }))
  const tls = access.tls && {
    ca: readFileSync(access.tls.ca, 'utf8'),
    cert: readFileSync(access.tls.cert, 'utf8'),
    key: readFileSync(access.tls.key, 'utf8'),
  }
  return {
    nodeRedis: { rootNodes, defaults: { ...(tls && { socket: { tls: true, ...tls } }) } },
    ioredis: [rootNodes, { redisOptions: { ...(tls && { tls }) } }],
  }
}
