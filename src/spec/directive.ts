/** A `--set` directive: one line of a redis.conf, given by a user. */
import { hiddenSecret } from './option.js'
import { readWords } from './words.js'

export interface Directive {
  /** Lower case. */
  readonly name: string
  /** Everything after the name, as Redis reads it; never empty, never more than this one line. */
  readonly value: string
}

const tlsOwned = 'with --tls the nodes speak TLS, and nothing else'
const certificatesOwned = 'with --tls the lab makes its own certificates'
const portsOwned = 'a node is known by its port, which is chosen with --port'

/** Directives that the lab itself depends on, and what to use instead. */
const owned: Readonly<Record<string, string>> = {
  port: 'ports are chosen with --port',
  'tls-port': tlsOwned,
  'tls-cluster': tlsOwned,
  'tls-replication': tlsOwned,
  'tls-cert-file': certificatesOwned,
  'tls-key-file': certificatesOwned,
  'tls-ca-cert-file': certificatesOwned,
  'tls-client-cert-file': certificatesOwned,
  'tls-client-key-file': certificatesOwned,
  unixsocket: 'nodes are reached over loopback TCP',
  dir: 'folders are chosen with --dir',
  logfile: 'redis-lab logs reads it',
  'cluster-enabled': 'every node of a lab is a cluster node',
  'cluster-config-file': 'the lab reads it',
  'cluster-port': 'the bus port is always port + 10000',
  'cluster-announce-port': portsOwned,
  'cluster-announce-tls-port': portsOwned,
  'cluster-announce-bus-port': portsOwned,
  'cluster-announce-client-port': portsOwned,
  'cluster-announce-client-tls-port': portsOwned,
  replicaof: 'the cluster says whose replica a node is',
  slaveof: 'the cluster says whose replica a node is',
  daemonize: 'nodes stay children of the supervisor',
  supervised: 'nodes stay children of the supervisor',
  pidfile: 'the lab keeps its own record of processes',
  include: 'give the directives themselves with --set',
  requirepass: 'a password is given with --password, or in REDIS_LAB_PASSWORD',
  masterauth: 'replicas know the password of --password',
  primaryauth: 'replicas know the password of --password',
  masteruser: 'replicas have a user of their own where --acl gives any',
  primaryuser: 'replicas have a user of their own where --acl gives any',
  aclfile: 'the file is given with --acl',
  user: 'users come in a file, given with --acl',
  sentinel: 'a lab has no sentinels',
  'rename-command': 'the lab needs the cluster commands under their own names',
}

/**
 * The text of a directive for whoever is to read about it: of one that holds a password only its name.
 *
 * Also of one that is refused: whoever tries `--set "requirepass …"` means a password.
 */
export function withoutSecret(text: string): string {
  const [, name = ''] = /^\s*["']?([\w.-]+)["']?\s*[\s=:]/.exec(text) ?? []
  return holdsSecret(name) ? `${name} ${hiddenSecret}` : text
}

/** `requirepass`, `masterauth`, `tls-key-file-pass`… and `user`, whose rules hold passwords. */
const holdsSecret = (name: string): boolean =>
  /^(user|requirepass|(master|primary)auth|sentinel|[a-z-]+-pass)$/i.test(name)

/** Parses `"maxmemory 100mb"`. Returns a sentence about what is wrong instead of a directive where it is wrong. */
export function parseDirective(text: string): Directive | string {
  // A line break or another control character could begin a second directive: refused, never cleaned.
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return 'must be a single line without control characters'
  // Only what Redis takes for a space: any other belongs to the value.
  const [, rawName, value] = /^ *([^ ]+) +([^ ].*?) *$/.exec(text) ?? []
  if (!rawName || !value) return 'takes a directive and its value, such as "maxmemory 100mb"'
  const name = rawName.toLowerCase()
  if (!/^[a-z][a-z0-9._-]*$/.test(name)) return `"${rawName}" is not the name of a directive`
  const reason = owned[name]
  if (reason !== undefined) return `"${name}" belongs to the lab: ${reason}`
  const words = readWords(value)
  if (!words) return 'has a quote that is not closed, or something right behind a closing one'
  if (name === 'bind' && !words.some((word) => ['127.0.0.1', '0.0.0.0', '*'].includes(word))) {
    return 'a "bind" must keep 127.0.0.1, where the lab itself reaches its nodes'
  }
  return { name, value }
}

/**
 * What is wrong with an address that nodes announce: the others connect to it, and whoever is not to be reached there is out of
 * the cluster as soon as one of them has to connect anew.
 *
 * @returns a sentence, or undefined
 */
export function announceProblem(set: readonly Directive[]): string | undefined {
  const lastOf = (name: string) => readWords(set.findLast((directive) => directive.name === name)?.value ?? '') ?? []
  const [announced = ''] = lastOf('cluster-announce-ip')
  const bound = new Set(lastOf('bind').map((word) => word.replace(/^-/, '')))
  const everywhere = announced.includes(':') ? ['::', '::*', '*'] : ['0.0.0.0', '*']
  if (announced === '' || announced === '127.0.0.1' || [announced, ...everywhere].some((word) => bound.has(word)))
    return undefined
  return `--set "cluster-announce-ip ${announced}": nodes reach each other at that address, so it must be 127.0.0.1, or stand in a --set "bind …" as well`
}
