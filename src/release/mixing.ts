/**
 * Which releases go together in one cluster: who can talk to whom, and who can read whose data. Pure.
 *
 * DATA: the versions of the RDB format, which a replica gets from its master, and which begins an append-only
 * file.
 *
 * A server reads every version up to its own. From Valkey 9.0 on the two engines number apart, and each refuses what is
 * the other's: Valkey takes 12 to 79 for foreign ones. Valkey 9.1 sends version 11 to a replica that is of another kind, while
 * what it has on disk is 80 all the same. Found in the sources (RDB_VERSION in rdb.h) and by trying every pair of the lines
 * that stand here; a line that is not here counts as the one before it.
 */
import type { Build } from './build.js'
import { compareVersions, lineOf } from './version.js'

type Release = Pick<Build, 'engine' | 'version'>

interface RdbLine {
  readonly engine: Build['engine']
  /** From this version on. */
  readonly from: string
  /** What it writes down, and the newest of its own kind that it reads. */
  readonly writes: number
  /** What it sends to a replica that could not read that. */
  readonly sendsAtLeast?: number
  /** The last version that the engines have in common, where it stops there to read the other's. */
  readonly readsForeign?: number
}

/** Newest first. */
const lines: readonly RdbLine[] = [
  { engine: 'redis', from: '8.6.0', writes: 13 },
  { engine: 'redis', from: '7.4.0', writes: 12 },
  { engine: 'redis', from: '7.2.0', writes: 11 },
  { engine: 'redis', from: '7.0.0', writes: 10 },
  { engine: 'redis', from: '0.0.0', writes: 9 },
  { engine: 'valkey', from: '9.1.0', writes: 80, sendsAtLeast: 11, readsForeign: 11 },
  { engine: 'valkey', from: '9.0.0', writes: 80, readsForeign: 11 },
  { engine: 'valkey', from: '0.0.0', writes: 11 },
]

function lineFor({ engine, version }: Release): RdbLine {
  const found = lines.find((line) => line.engine === engine && compareVersions(version, line.from) >= 0)
  if (!found) throw new Error(`no RDB version is known of ${engine} ${version}`)
  return found
}

const canRead = ({ writes, readsForeign = writes }: RdbLine, version: number, own: boolean): boolean =>
  own ? version <= writes : version <= readsForeign

/**
 * Commands of a newer line are in its append-only file and in what it sends to its replicas, and an older one passes over what
 * it does not know without a word: the RDB version says nothing of that. The two engines have Redis 7.2 in common.
 */
const isOlderLine = (one: Release, other: Release): boolean =>
  one.engine === other.engine && compareVersions(`${lineOf(one.version)}.0`, `${lineOf(other.version)}.0`) < 0

/** Whether `reader` can load the data that `writer` has written down. */
export function readsDataOf(reader: Release, writer: Release): boolean {
  if (isOlderLine(reader, writer)) return false
  return canRead(lineFor(reader), lineFor(writer).writes, reader.engine === writer.engine)
}

/** Whether `replica` can follow `master`: it can load what that one sends to it. */
export function canFollow(replica: Release, master: Release): boolean {
  if (isOlderLine(replica, master)) return false
  const { sendsAtLeast } = lineFor(master)
  if (readsDataOf(replica, master)) return true
  return sendsAtLeast !== undefined && canRead(lineFor(replica), sendsAtLeast, replica.engine === master.engine)
}

/**
 * Whether two servers understand each other on the cluster bus. In Redis 7.2 and 7.4 every message carries a shard id; before
 * 7.0 a message that is longer than expected is thrown away. All others spare those the addition. Found by trying every pair.
 */
export function canTalk(one: Release, other: Release): boolean {
  return !((saysToAll(one) && throwsAway(other)) || (saysToAll(other) && throwsAway(one)))
}

const isRedis = ({ engine, version }: Release, from: string, before: string): boolean =>
  engine === 'redis' && compareVersions(version, from) >= 0 && compareVersions(version, before) < 0
const saysToAll = (release: Release): boolean => isRedis(release, '7.2.0', '8.0.0')
const throwsAway = (release: Release): boolean => isRedis(release, '0.0.0', '7.0.0')

/** `redis 8.0.6` */
export const spellRelease = ({ engine, version }: Release): string => `${engine} ${version}`

export const isSameRelease = (one: Release, other: Release): boolean =>
  one.engine === other.engine && one.version === other.version
