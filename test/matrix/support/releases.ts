/**
 * The releases that this machine could get: what every test of the matrix runs with.
 *
 *     describe.each(releases)('$name', ({ redis }) => { … startLab({ redis }) … })
 *
 * What could not be had is said once, in releases.test.ts. A test that needs a certain one asks `find`, and where it is not
 * there skips itself, saying which: `test.skipIf(!found)`. With TLS, or in another flavour, a release is another build: a test
 * that needs one asks for it by the same `redis`.
 */
import { inject } from 'vitest'
import { compareVersions, lineOf, type Build } from '../../../src/release/index.js'

export interface Release {
  /** "redis 8.0.2", as tests are called. */
  readonly name: string
  /** What `--redis` is told. */
  readonly redis: string
  readonly build: Build
}

/** Each engine and version once, oldest first. */
export const releases: readonly Release[] = inject('matrix')
  .flatMap(({ redis, outcome }) =>
    outcome.kind === 'had'
      ? [{ name: `${outcome.build.engine} ${outcome.build.version}`, redis, build: outcome.build }]
      : [],
  )
  .sort((a, b) => a.build.engine.localeCompare(b.build.engine) || compareVersions(a.build.version, b.build.version))

/** The newest one of an engine, or of one of its lines. */
export const find = (engine: Build['engine'], line?: string): Release | undefined =>
  releases.findLast(({ build }) => build.engine === engine && (line === undefined || lineOf(build.version) === line))

export const has = (engine: Build['engine'], line?: string): boolean => find(engine, line) !== undefined

/** Whether the release is at least this version of Redis; what Valkey has, it has since it was called so. */
export const isAtLeast = ({ build }: Release, version: string): boolean =>
  build.engine === 'valkey' || compareVersions(build.version, version) >= 0
