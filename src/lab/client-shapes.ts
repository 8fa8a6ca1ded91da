/** A lab as the cluster clients take it: nodes to begin with, and what it takes to be let in. */
import { readFileSync } from 'node:fs'
import type { Access } from '../node/index.js'
import { readAccess } from '../supervisor/index.js'

export interface ClientNode {
  readonly url: string
  readonly host: string
  readonly port: number
}

export interface Credentials {
  username?: string
  password?: string
}

/** PEM texts, as Node's own `tls.connect` takes them. */
export interface TlsTexts {
  /** What has signed the certificates of the nodes. */
  ca: string
  cert: string
  key: string
}

/** What node-redis' `createCluster` takes. */
export interface NodeRedisShape {
  rootNodes: { url: string }[]
  /** Of every node, also of those that the client hears of later. */
  defaults: Credentials & { socket?: TlsTexts & { tls: true } }
}

/** What ioredis' `new Cluster` takes, as its two arguments. */
export type IoredisShape = [
  nodes: { host: string; port: number }[],
  options: { redisOptions: Credentials & { tls?: TlsTexts } },
]

/** @throws NodeJS.ErrnoException when the certificates are gone */
export function nodeRedisShape(nodes: readonly ClientNode[], access: Access): NodeRedisShape {
  const tls = tlsTextsOf(access)
  return {
    rootNodes: nodes.map(({ url }) => ({ url })),
    defaults: { ...credentialsOf(access), ...(tls && { socket: { tls: true, ...tls } }) },
  }
}

/** @throws NodeJS.ErrnoException when the certificates are gone */
export function ioredisShape(nodes: readonly ClientNode[], access: Access): IoredisShape {
  const tls = tlsTextsOf(access)
  return [
    nodes.map(({ host, port }) => ({ host, port })),
    { redisOptions: { ...credentialsOf(access), ...(tls && { tls }) } },
  ]
}

const credentialsOf = ({ user }: Access): Credentials =>
  user ? { ...(user.name !== undefined && { username: user.name }), password: user.password } : {}

/** The texts and not the files: what is sent to another process is all that a client needs there. */
function tlsTextsOf({ tls }: Access): TlsTexts | undefined {
  if (!tls) return undefined
  const [ca, cert, key] = [tls.ca, tls.cert, tls.key].map((file) => readFileSync(file, 'utf8')) as [
    string,
    string,
    string,
  ]
  return { ca, cert, key }
}

/** Of a lab that is known by its folder. @throws LabError `lab-damaged`; NodeJS.ErrnoException when the certificates are gone */
export function clientShapesOf(
  dir: string,
  nodes: readonly ClientNode[],
): { readonly nodeRedis: NodeRedisShape; readonly ioredis: IoredisShape } {
  const access = readAccess(dir)
  return { nodeRedis: nodeRedisShape(nodes, access), ioredis: ioredisShape(nodes, access) }
}
