/** The releases that are known, by their lines. */
import type { Build } from './build.js'
import { checksums } from './checksums.js'
import { compareVersions, lineOf } from './version.js'

export interface ReleaseLine {
  readonly engine: Build['engine']
  /** The first two numbers: 8.0. */
  readonly line: string
  /** Oldest first. */
  readonly versions: readonly string[]
  readonly newest: string
}

/** Of the table of checksums: of each engine, oldest first. */
export const releaseLines = (known = checksums): ReleaseLine[] => [
  ...linesOf('redis', Object.keys(known.redis)),
  ...linesOf('valkey', Object.keys(known.valkey)),
]

function linesOf(engine: Build['engine'], known: readonly string[]): ReleaseLine[] {
  const versions = [...known].sort(compareVersions)
  const lines = [...new Set(versions.map(lineOf))]
  return lines.map((line) => {
    const own = versions.filter((version) => lineOf(version) === line)
    return { engine, line, versions: own, newest: own.at(-1) ?? line }
  })
}
