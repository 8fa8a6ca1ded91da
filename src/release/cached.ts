/** What an earlier call has left in the cache for a wish. Loads nothing heavy: every `up` goes through here. */
import type { Build } from './build.js'
import type { Job } from './context.js'
import { readEntry, readRecall } from './entry.js'
import type { Wanted } from './request.js'

/** What has to be fetched and made when it is not in the cache. */
export type Makeable = Exclude<Wanted, { kind: 'built' | 'system' }>

/** The build for a wish, if an earlier call has left it whole. */
export async function cachedBuild(job: Job, wanted: Makeable): Promise<Build | undefined> {
  const { cacheDir, malloc } = job
  switch (wanted.kind) {
    case 'official':
      return readEntry(cacheDir, officialKey(wanted.version, malloc))
    case 'distro':
      return readRecall(cacheDir, `distro-${malloc}`)?.build
    case 'default': {
      const own = readEntry(cacheDir, officialKey(job.defaultVersion, malloc))
      if (own) return own
      const standIn = readRecall(cacheDir, `default-${malloc}`)
      return standIn?.insteadOf === job.defaultVersion ? standIn.build : undefined
    }
    case 'tarball':
    case 'source-tree': {
      const build = readEntry(cacheDir, await localKey(wanted, malloc))
      return build && { ...build, source: localPath(wanted) }
    }
  }
}

export const officialKey = (version: string, malloc: string): string => `redis-${version}-${malloc}`

type Local = Extract<Wanted, { kind: 'tarball' | 'source-tree' }>

export const localPath = (wanted: Local): string => (wanted.kind === 'tarball' ? wanted.file : wanted.dir)

export async function localKey(wanted: Local, malloc: string): Promise<string> {
  const { contentHash } = await import('./content-hash.js')
  return `local-${contentHash(localPath(wanted))}-${malloc}`
}
