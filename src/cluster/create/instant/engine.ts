/** What differs between engines and versions as far as forming instantly goes, and where it was verified. */
import { compareVersions, type Build } from '../../../release/index.js'
import type { BootSetting } from './settings.js'

export interface VerifiedLine {
  readonly engine: Build['engine']
  readonly first: string
  readonly before: string
}

/**
 * nodes.conf is a private format, so only what has been tried counts: each line was run through the suite that both creators
 * share. From `first` up to, and without, `before`.
 */
export const verified: readonly VerifiedLine[] = [
  { engine: 'redis', first: '5.0.0', before: '5.1.0' },
  { engine: 'redis', first: '6.0.0', before: '6.1.0' },
  { engine: 'redis', first: '6.2.0', before: '6.3.0' },
  { engine: 'redis', first: '7.0.0', before: '7.1.0' },
  { engine: 'redis', first: '7.2.0', before: '7.3.0' },
  { engine: 'redis', first: '7.4.0', before: '7.5.0' },
  { engine: 'redis', first: '8.0.0', before: '8.1.0' },
  { engine: 'redis', first: '8.6.0', before: '8.7.0' },
  { engine: 'valkey', first: '7.2.0', before: '7.3.0' },
  { engine: 'valkey', first: '8.0.0', before: '8.1.0' },
  { engine: 'valkey', first: '9.1.0', before: '9.2.0' },
]

export function isVerified({ engine, version }: Pick<Build, 'engine' | 'version'>): boolean {
  const isIn = (line: VerifiedLine) =>
    compareVersions(version, line.first) >= 0 && compareVersions(version, line.before) < 0
  return verified.some((line) => line.engine === engine && isIn(line))
}

export interface EngineTraits {
  /** nodes.conf carries a shard id for every node. */
  readonly shardIds: boolean
  /** A replica connects to a master in the moment it learns of it; otherwise at the next tick of its replication cron. */
  readonly connectsAtOnce: boolean
  readonly bootSettings: readonly BootSetting[]
}

export function traitsOf({ engine, version }: Pick<Build, 'engine' | 'version'>): EngineTraits {
  if (engine === 'valkey') {
    // By default a thread receives the first synchronisation, and its end is noticed by a cron that runs once a second.
    const fromSocket = { name: 'repl-diskless-load', value: 'on-empty-db', fallback: 'disabled' }
    return { shardIds: true, connectsAtOnce: true, bootSettings: [fromSocket] }
  }
  return {
    shardIds: compareVersions(version, '7.2.0') >= 0,
    connectsAtOnce: compareVersions(version, '6.2.0') >= 0,
    bootSettings: [],
  }
}
