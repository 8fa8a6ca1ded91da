/**
 * Where things live on disk, and nothing else: no folder is made here and no environment is read here.
 *
 *     cache    builds, shared by all labs              $REDIS_LAB_CACHE
 *     state    labs/<name>: a lab's folder, or a link  $REDIS_LAB_STATE
 *              to it where --dir chose another place
 *              snapshots/<name>: a snapshot's folder
 *     runtime  control sockets and claims of ports; a short path, because a Unix socket's path
 *              ends at about 104 bytes                   $REDIS_LAB_RUNTIME
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Places {
  readonly cache: string
  readonly state: string
  readonly runtime: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Resolves the three roots from an environment, by the platform's conventions where nothing is said. */
export function placesFrom(env: Environment): Places {
  const home = env['HOME'] || os.homedir()
  const mac = process.platform === 'darwin'
  const cacheHome = env['XDG_CACHE_HOME'] || path.join(home, mac ? 'Library/Caches' : '.cache')
  const stateHome = env['XDG_STATE_HOME'] || path.join(home, mac ? 'Library/Application Support' : '.local/state')
  const user = process.getuid?.() ?? 'user'
  return {
    cache: path.resolve(env['REDIS_LAB_CACHE'] || path.join(cacheHome, 'redis-lab')),
    state: path.resolve(env['REDIS_LAB_STATE'] || path.join(stateHome, 'redis-lab')),
    runtime: path.resolve(env['REDIS_LAB_RUNTIME'] || path.join('/tmp', `redis-lab-${user}`)),
  }
}

export const labsDir = (places: Places): string => path.join(places.state, 'labs')
export const labEntry = (places: Places, name: string): string => path.join(labsDir(places), name)
/** Held by whoever begins or deletes the lab of that name. */
export const labLock = (places: Places, name: string): string => path.join(labsDir(places), `.${name}.lock`)

export const snapshotsDir = (places: Places): string => path.join(places.state, 'snapshots')
export const snapshotEntry = (places: Places, name: string): string => path.join(snapshotsDir(places), name)
/** Held by whoever puts the snapshot of that name in its place, or deletes it. */
export const snapshotLock = (places: Places, name: string): string => path.join(snapshotsDir(places), `.${name}.lock`)

/** The control socket of the lab in `dir`: always the same for the same folder, always short. */
export function socketPath(places: Places, dir: string): string {
  const key = createHash('sha256').update(dir).digest('hex').slice(0, 20)
  return path.join(places.runtime, `${key}.sock`)
}

/** Claims of ports, of all labs of this user. */
export const portsDir = (places: Places): string => path.join(places.runtime, 'ports')

/** Files inside a lab's folder. */
export const labFiles = {
  record: (dir: string) => path.join(dir, 'lab.json'),
  running: (dir: string) => path.join(dir, 'run.json'),
  supervisorLog: (dir: string) => path.join(dir, 'supervisor.log'),
  access: (dir: string) => path.join(dir, 'access.json'),
  /** The users that each node begins with. */
  users: (dir: string) => path.join(dir, 'users.acl'),
  baseline: (dir: string) => path.join(dir, 'baseline.json'),
  /** What each node held when the lab went down. */
  heldData: (dir: string) => path.join(dir, 'data.json'),
  createLog: (dir: string) => path.join(dir, 'create.log'),
  node: (dir: string, port: number) => path.join(dir, String(port)),
  tls: (dir: string) => path.join(dir, 'tls'),
} as const

/** What a lab that speaks TLS has made for itself, as PEM files in its folder: for its nodes, and for whoever talks to them. */
export const nodeTls = (dir: string) => tlsFiles(dir, 'node')
export const clientTls = (dir: string) => tlsFiles(dir, 'client')

const tlsFiles = (dir: string, whose: 'node' | 'client') => ({
  ca: path.join(labFiles.tls(dir), 'ca.crt'),
  cert: path.join(labFiles.tls(dir), `${whose}.crt`),
  key: path.join(labFiles.tls(dir), `${whose}.key`),
})

/** Files inside a node's folder. */
export const nodeFiles = {
  conf: (dir: string) => path.join(dir, 'redis.conf'),
  users: (dir: string) => path.join(dir, 'users.acl'),
  nodes: (dir: string) => path.join(dir, 'nodes.conf'),
  log: (dir: string) => path.join(dir, 'redis.log'),
} as const

/** The folder of this package, found from wherever this code runs: its sources, its bundle, or an installation. */
export function packageRoot(): string {
  let dir = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(dir, 'templates', 'redis.conf'))) {
    const parent = path.dirname(dir)
    if (parent === dir) throw new Error('the templates of redis-lab are missing: the installation is damaged')
    dir = parent
  }
  return dir
}
export const templatePath = (name: string): string => path.join(packageRoot(), 'templates', name)
export const supervisorProgram = (): string => path.join(packageRoot(), 'dist', 'supervisor', 'main.js')
/** Ends what a supervisor has left that died. */
export const sweepProgram = (): string => path.join(packageRoot(), 'dist', 'supervisor', 'sweep.js')
