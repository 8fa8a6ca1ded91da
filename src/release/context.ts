/** What every part of getting a release is told. */
import type { Emit } from '../events.js'
import type { Checksums } from './checksums.js'
import type { Flavour, Malloc } from './flavour.js'
import type { Patience } from './download/patience.js'

export type Environment = Readonly<Record<string, string | undefined>>

export interface ReleaseRequest {
  /** What `--redis` said, see request.ts; undefined for the default and its stand-ins. */
  readonly redis: string | undefined
  /** What `--sha256` said: goes with an address, and with nothing else. */
  readonly sha256?: string | undefined
  readonly malloc: Malloc
  /** Build it with TLS. Without it: no. */
  readonly tls?: boolean
}

export interface ReleaseContext {
  /** The root of the cache; builds, logs and locks are folders in it. */
  readonly cacheDir: string
  /** PATH, HOME, REDIS_LAB_MIRROR, proxies, CC: whatever is looked up in an environment is looked up in this one. */
  readonly env: Environment
  readonly emit: Emit
  readonly signal?: AbortSignal | undefined
}

/** What tests put in the place of the world. */
export interface World {
  readonly checksums: Checksums
  readonly defaultVersion: string
  readonly patience: Patience
  /** Where apt keeps its configuration. */
  readonly aptDir: string
}

export interface Job extends ReleaseContext, World, Flavour {}
