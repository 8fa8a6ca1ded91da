/** What all cycles of a soak share. */
import path from 'node:path'
import { packageRoot } from '../../src/paths.js'
import type { Build } from '../../src/release/index.js'
import type { Settings } from './invariants/as-fresh.js'

export interface World {
  /** The release that labs are made of; it is in `cacheDir`. */
  readonly build: Build
  readonly cacheDir: string
  /** As `--redis` of the command; undefined for its default. */
  readonly redis: string | undefined
  /** Settings of the nodes of a fresh lab, by the arguments of its `up`. */
  readonly fresh: Map<string, Settings>
}

export const bin = (): string => path.join(packageRoot(), 'bin', 'redis-lab.js')
