/**
 * Gets what is not in the cache: one at a time for each wish, and, without `--redis`, down a ladder of sources.
 *
 *     official release ──host cannot be reached──► distribution source ──cannot be had──► system
 *
 * Only "cannot be reached" leads from the first rung to the next. A wrong sum, a refused archive or a compiler error is
 * something to know about, and another Redis in its place would hide it.
 */
import { mkdirSync } from 'node:fs'
import { LabError, type ErrorCode } from '../errors.js'
import { withLock, type LockHolder } from '../util/lock.js'
import type { Build } from './build.js'
import type { Job } from './context.js'
import { releaseUrl } from './download/address.js'
import { HostUnreachable } from './download/download.js'
import { lockFile, writeRecall } from './entry.js'
import {
  cachedBuild,
  contentKey,
  defaultRelease,
  defaultWish,
  distroWish,
  officialKey,
  placeOf,
  type Makeable,
} from './cached.js'
import { distroName, installDistro } from './sources/distro.js'
import { installTarball, installTree } from './sources/local.js'
import { installOfficial, unreachable } from './sources/official.js'
import { installUrl } from './sources/url.js'
import { findSystem } from './sources/system.js'

export interface Acquired {
  readonly build: Build
  /** Somebody else made it while this call waited. */
  readonly cached: boolean
}

/** @throws LabError; see `installRelease` */
export async function acquire(job: Job, wanted: Makeable): Promise<Acquired> {
  try {
    mkdirSync(job.cacheDir, { recursive: true })
    return await once(job, wanted, () => make(job, wanted))
  } catch (error) {
    throw diskTrouble(error, job.cacheDir) ?? error
  }
}

/** Makes it unless somebody else is doing so: then waits, and takes that. */
async function once(job: Job, wanted: Makeable, work: () => Promise<Build>): Promise<Acquired> {
  const { cacheDir, emit, signal } = job
  const file = lockFile(cacheDir, await lockName(job, wanted))
  const onWait = ({ pid, command, unjudged }: LockHolder) =>
    emit({ type: 'build-waiting', pid, command, ...(unjudged !== undefined && { unjudged }) })
  return withLock(file, { command: `installing ${nameOf(job, wanted)}`, onWait, signal }, async () => {
    const hit = await cachedBuild(job, wanted)
    return hit ? { build: hit, cached: true } : { build: await work(), cached: false }
  })
}

async function make(job: Job, wanted: Makeable): Promise<Build> {
  switch (wanted.kind) {
    case 'default':
      return climb(job)
    case 'official':
      return installOfficial(job, wanted).catch((error: unknown) => {
        if (!(error instanceof HostUnreachable)) throw error
        throw unreachable(wanted, error.message, releaseUrl(wanted, job.env['REDIS_LAB_MIRROR']))
      })
    case 'distro': {
      const build = await installDistro(job, wanted)
      writeRecall(job.cacheDir, distroWish(wanted, job), { build })
      return build
    }
    case 'url':
      return installUrl(job, { ...wanted, key: await contentKey(wanted, job) })
    case 'tarball':
      return installTarball(job, { file: wanted.file, key: await contentKey(wanted, job) })
    case 'source-tree':
      return installTree(job, { dir: wanted.dir, key: await contentKey(wanted, job) })
  }
}

/** What another source may make up for. */
const passable: readonly ErrorCode[] = ['release-unreachable', 'release-unknown', 'release-broken', 'build-failed']

async function climb(job: Job): Promise<Build> {
  const { cacheDir, emit } = job
  const release = defaultRelease(job)
  const { version } = release
  const host = releaseUrl(release, job.env['REDIS_LAB_MIRROR']).host
  const said: string[] = []
  const step = (from: string, to: string, reason: string) => {
    said.push(`${from}: ${reason}`)
    emit({ type: 'release-fallback', from, to, reason })
  }
  try {
    const official: Makeable = { kind: 'official', ...release }
    return (await once(job, official, () => installOfficial(job, release))).build
  } catch (error) {
    if (!(error instanceof HostUnreachable)) throw error
    step(`official release ${version}`, 'distribution source', `${host} could not be reached: ${error.message}`)
  }
  const standIn = (build: Build): Build => {
    writeRecall(cacheDir, defaultWish(job), { build, insteadOf: version, reason: said.join('; ') })
    return build
  }
  try {
    const distro: Makeable = { kind: 'distro', engine: 'redis' }
    return standIn((await once(job, distro, () => make(job, distro))).build)
  } catch (error) {
    step('distribution source', 'system', passableReason(error))
  }
  try {
    return standIn(await findSystem(job))
  } catch (error) {
    throw new LabError({
      code: 'release-unreachable',
      message: 'no Redis could be had from any source',
      hint: 'Check the network and HTTPS_PROXY, set REDIS_LAB_MIRROR, or give the path of a tarball or a built tree with --redis.',
      details: [...said, `system: ${passableReason(error)}`],
    })
  }
}

function passableReason(error: unknown): string {
  if (!(error instanceof LabError) || !passable.includes(error.code)) throw error
  // What a build was in want of stands in its hint, and whoever ends up without any Redis is to know it.
  const hint = error.code === 'build-failed' && error.hint !== undefined ? [error.hint] : []
  return [error.message, ...error.details.slice(0, 2), ...hint].join('; ')
}

async function lockName(job: Job, wanted: Makeable): Promise<string> {
  switch (wanted.kind) {
    case 'default':
      return defaultWish(job)
    case 'official':
      return officialKey(wanted, job)
    case 'distro':
      return distroWish(wanted, job)
    case 'url':
    case 'tarball':
    case 'source-tree':
      return contentKey(wanted, job)
  }
}

function nameOf(job: Job, wanted: Makeable): string {
  switch (wanted.kind) {
    case 'default':
      return `redis ${job.defaultVersion} or what can be had instead`
    case 'official':
      return `${wanted.engine} ${wanted.version}`
    case 'distro':
      return distroName(wanted)
    case 'url':
    case 'tarball':
    case 'source-tree':
      return placeOf(wanted)
  }
}

/** A full or forbidden disk is no defect of ours: said in words that help. */
function diskTrouble(error: unknown, cacheDir: string): LabError | undefined {
  const { code, message } = error as NodeJS.ErrnoException
  if (
    error instanceof LabError ||
    !['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST'].includes(code ?? '')
  )
    return undefined
  return new LabError(
    {
      code: 'release-broken',
      message: `the cache ${cacheDir} cannot be written`,
      hint: 'Make room or give another folder with REDIS_LAB_CACHE.',
      details: [message],
    },
    { cause: error },
  )
}
