/** Releases and builds in words, for a person. */
import { bytes } from './event.js'
import { table } from './table.js'

/** A line of `cache ls`, and an element of what `cache ls --json` prints. */
export interface BuildRow {
  readonly key: string
  /** Null for one that is not whole, and so is never used. */
  readonly engine: 'redis' | 'valkey' | null
  readonly version: string | null
  readonly source: string | null
  /** It was built with TLS. */
  readonly tls: boolean
  readonly dir: string
  readonly sizeBytes: number
  /** ISO 8601. */
  readonly lastUsed: string
  readonly usedBy: readonly { readonly name: string; readonly running: boolean }[]
  /** Of processes that run one of its programs. */
  readonly pids: readonly number[]
}

export function cacheText(dir: string, builds: readonly BuildRow[]): string {
  if (builds.length === 0) return `There are no builds in ${dir}.`
  const rows = builds.map((build) => [
    build.key,
    releaseOf(build),
    bytes(build.sizeBytes),
    minute(build.lastUsed),
    usersOf(build),
  ])
  const total = builds.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return [table(['KEY', 'RELEASE', 'SIZE', 'LAST USED', 'USED BY'], rows), '', `${bytes(total)} in ${dir}`].join('\n')
}

const releaseOf = ({ engine, version, source, tls }: BuildRow): string =>
  engine === null ? 'not whole' : `${engine} ${version}${tls ? ' with TLS' : ''} (${source})`

function usersOf({ usedBy, pids }: BuildRow): string {
  const labs = usedBy.map(({ name, running }) => `${name} (${running ? 'running' : 'down'})`)
  const strangers = pids.length > 0 && !usedBy.some(({ running }) => running)
  return [...labs, ...(strangers ? [`pid ${pids.join(', ')}`] : [])].join(', ') || '-'
}

/** A line of `versions`, and an element of what `versions --json` prints. */
export interface LineRow {
  readonly engine: 'redis' | 'valkey'
  /** 8.0 */
  readonly line: string
  readonly newest: string
  /** What can be had by its version, oldest first. */
  readonly versions: readonly string[]
  /** Forming instantly is verified. */
  readonly instant: boolean
  /** Versions of it that are built. */
  readonly built: readonly string[]
  /** Those of them that are built with TLS. */
  readonly builtWithTls: readonly string[]
}

export function versionsText(defaultVersion: string, lines: readonly LineRow[]): string {
  const rows = lines.map(({ engine, line, newest, versions, instant, built, builtWithTls }) => [
    engine,
    line,
    newest,
    span(versions),
    instant ? 'yes' : '-',
    built.map((version) => (builtWithTls.includes(version) ? `${version} (TLS)` : version)).join(', ') || '-',
  ])
  return [
    table(['ENGINE', 'LINE', 'NEWEST', 'KNOWN', 'INSTANT', 'BUILT'], rows),
    '',
    `Without --redis it is ${defaultVersion}. "redis-lab cache ls" tells more about what is built.`,
  ].join('\n')
}

const span = (versions: readonly string[]): string =>
  versions.length === 1 ? `${versions[0]}` : `${versions[0]} … ${versions.at(-1)} (${versions.length})`

const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`
