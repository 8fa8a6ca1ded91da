/**
 * From what `--redis` said to a build on disk.
 *
 *     readRequest ──► cached? ──yes──► done        (a few small files are read, nothing else is even loaded)
 *                        └────no─────► acquire.ts  (locks, network, compiler)
 */
import { checksums, defaultVersion } from './checksums.js'
import type { Build } from './build.js'
import type { Job, ReleaseContext, ReleaseRequest, World } from './context.js'
import { patience } from './download/patience.js'
import { cachedBuild } from './cached.js'
import { buildInPlace } from './programs.js'
import { noteUse } from './entry.js'
import { requireTls } from './tls.js'
import { readRequest, type Wanted } from './request.js'

const realWorld: World = { checksums, defaultVersion, patience, aptDir: '/etc/apt' }

/** As `installRelease`; tests pass a world of their own. */
export async function install(request: ReleaseRequest, context: ReleaseContext, world = realWorld): Promise<Build> {
  const { redis, sha256, malloc, tls = false } = request
  const job: Job = { ...context, ...world, malloc, tls }
  const wanted = readRequest(redis, { env: job.env, known: job.checksums, sha256 })
  const { build, cached } = await find(job, wanted)
  const what = `${build.engine} ${build.version} (${build.source})`
  const alias = wanted.kind === 'official' ? wanted.alias : undefined
  noteUse(job.cacheDir, build)
  job.emit({ type: 'release-ready', what, server: build.server, cached, ...(alias !== undefined && { alias }) })
  return build
}

/** @throws LabError `release-unknown`, `bad-input` */
export function readWish({ redis, sha256 }: Pick<ReleaseRequest, 'redis' | 'sha256'>, env: Job['env']): void {
  readRequest(redis, { env, known: checksums, sha256 })
}

async function find(job: Job, wanted: Wanted): Promise<{ build: Build; cached: boolean }> {
  if (wanted.kind === 'built') {
    const build = await buildInPlace(wanted.programs, wanted.path)
    if (job.tls) await requireTls(build)
    return { build, cached: true }
  }
  if (wanted.kind === 'system') {
    const { findSystem } = await import('./sources/system.js')
    return { build: await findSystem(job), cached: true }
  }
  const hit = await cachedBuild(job, wanted)
  if (hit) return { build: hit, cached: true }
  const { acquire } = await import('./acquire.js')
  return acquire(job, wanted)
}
