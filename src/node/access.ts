/**
 * What it takes to talk to the nodes of a lab beyond their ports: nothing, or TLS, or a password, or both.
 *
 * One value, handed to whoever connects: the lab's own connections, redis-cli, the replicas' (in redis.conf) and the clients of
 * tests. On disk it is access.json in the lab's folder, which is its owner's alone.
 */
export interface Access {
  /** Without it the nodes speak plain TCP. */
  readonly tls?: TlsFiles
  /** Without it nobody is asked who they are. */
  readonly user?: User
}

/** Whole paths of PEM files. */
export interface TlsFiles {
  /** The certificate that has signed those of the nodes. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export interface User {
  /** Without it the default user, which is the only one before 6.0. */
  readonly name?: string
  readonly password: string
}

/** Anybody who reaches the port. */
export const openAccess: Access = {}

export interface CliAccess {
  readonly args: readonly string[]
  /** Added to its environment. Unlike the words of a command, others cannot read it. `undefined` takes away what stands there. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** How redis-cli (and valkey-cli) is told. */
export function cliAccess({ tls, user }: Access): CliAccess {
  return {
    args: [
      ...(tls ? ['--tls', '--cacert', tls.ca, '--cert', tls.cert, '--key', tls.key] : []),
      ...(user?.name === undefined ? [] : ['--user', user.name]),
    ],
    // What somebody has exported for another server is not this one's.
    env: { REDISCLI_AUTH: user?.password },
  }
}
