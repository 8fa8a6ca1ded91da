/** Which releases the matrix asks for, as `--redis` takes them. Pure. */
import type { ReleaseLine } from '../../../src/release/index.js'

export interface Candidate {
  /** What `--redis` is told. */
  readonly redis: string
  /** Who wants it: whoever runs the matrix, or the matrix itself, from a distribution's suite or from where it is published. */
  readonly from: 'asked' | 'suite' | 'official'
  /** Of an official one: what it will be. */
  readonly release?: Release
}

export type Release = Pick<ReleaseLine, 'engine'> & { readonly version: string }

/** What the machine itself has configured, and the suites of one distribution by their names. */
export const suites: readonly string[] = [
  'distro',
  'distro:bullseye',
  'distro:bookworm',
  'distro:trixie',
  'distro:sid',
  'distro:experimental',
  'valkey@distro:sid',
]

/** It has what it has today, built or not: what comes from there may always be left out. */
export const isUnsteady = (redis: string): boolean => redis.endsWith(':experimental')

/** Beside the newest of each line: the oldest release that a lab is made for, which people still run. */
const oldest: Release = { engine: 'redis', version: '5.0.5' }

/**
 * @param asked the value of REDIS_LAB_MATRIX: releases with spaces between them
 * @param lines what can be had by its version
 */
export function candidates(asked: string | undefined, lines: readonly ReleaseLine[]): Candidate[] {
  const wanted = (asked ?? '').split(/\s+/).filter((word) => word !== '')
  const official = [oldest, ...lines.map(({ engine, newest }): Release => ({ engine, version: newest }))]
  const all = [
    ...wanted.map((redis): Candidate => ({ redis, from: 'asked' })),
    ...suites.map((redis): Candidate => ({ redis, from: 'suite' })),
    ...official.map((release): Candidate => {
      const redis = `${release.engine === 'redis' ? '' : 'valkey@'}${release.version}`
      return { redis, from: 'official', release }
    }),
  ]
  return all.filter(({ redis }, index) => all.findIndex((other) => other.redis === redis) === index)
}
