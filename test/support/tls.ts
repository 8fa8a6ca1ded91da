/** A build with TLS of the release that tests run with: made where there is none yet, which takes a minute. */
import process from 'node:process'
import { inject } from 'vitest'
import { installRelease, type Build } from '../../src/release/index.js'

export const mostBuildMs = 10 * 60_000

export function tlsBuild(redis: string | undefined = process.env['REDIS_LAB_REDIS'] || undefined): Promise<Build> {
  const request = { redis, malloc: 'libc', tls: true } as const
  return installRelease(request, { cacheDir: inject('cacheDir'), env: process.env, emit: () => {} })
}
