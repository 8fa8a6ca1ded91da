/** A Redis on disk, ready to run. What `release/` makes and everybody else uses. */
export interface Build {
  readonly engine: 'redis' | 'valkey'
  /** As the server itself says it: 8.0.6. */
  readonly version: string
  /** Where it came from, in words: "official release 8.0.6", "distribution source 7.0.15", a path. */
  readonly source: string
  /** Absolute paths of the two programs. */
  readonly server: string
  readonly cli: string
}

/** What a project publishes under a number. */
export type OfficialRelease = Pick<Build, 'engine' | 'version'>

/** As people write it. */
export const titleOf = (engine: Build['engine']): string => (engine === 'valkey' ? 'Valkey' : 'Redis')
