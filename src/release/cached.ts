/** What an earlier call has left in the cache for a wish. Loads nothing heavy: every `up` goes through here. */
import type { Build, OfficialRelease } from './build.js'
import type { Job } from './context.js'
import { printable } from './download/address.js'
import { readEntry, readRecall } from './entry.js'
import { flavourName, type Flavour } from './flavour.js'
import type { Wanted } from './request.js'

/** What has to be fetched and made when it is not in the cache. */
export type Makeable = Exclude<Wanted, { kind: 'built' | 'system' }>

/** The build for a wish, if an earlier call has left it whole. */
export async function cachedBuild(job: Job, wanted: Makeable): Promise<Build | undefined> {
  const { cacheDir } = job
  switch (wanted.kind) {
    case 'official':
      return readEntry(cacheDir, officialKey(wanted, job))
    case 'distro':
      return readRecall(cacheDir, distroWish(wanted, job))?.build
    case 'default': {
      const own = readEntry(cacheDir, officialKey(defaultRelease(job), job))
      if (own) return own
      const standIn = readRecall(cacheDir, defaultWish(job))
      return standIn?.insteadOf === job.defaultVersion ? standIn.build : undefined
    }
    case 'url':
    case 'tarball':
    case 'source-tree': {
      const build = readEntry(cacheDir, await contentKey(wanted, job))
      return build && { ...build, source: placeOf(wanted) }
    }
  }
}

export const officialKey = ({ engine, version }: OfficialRelease, flavour: Flavour): string =>
  `${engine}-${version}-${flavourName(flavour)}`

export const defaultRelease = ({ defaultVersion }: Pick<Job, 'defaultVersion'>): OfficialRelease => ({
  engine: 'redis',
  version: defaultVersion,
})

export const defaultWish = (flavour: Flavour): string => `default-${flavourName(flavour)}`

type Distro = Extract<Wanted, { kind: 'distro' }>

/** No suite has an underscore in its name. */
export function distroWish({ engine, suite }: Distro, flavour: Flavour): string {
  const words = [...(engine === 'redis' ? [] : [engine]), 'distro', ...(suite === undefined ? [] : [suite])]
  return `${words.join('_')}-${flavourName(flavour)}`
}

/** Sources that are known by what they contain, wherever they are. */
export type Content = Extract<Wanted, { kind: 'url' | 'tarball' | 'source-tree' }>

/** In words: an address or a path. */
export function placeOf(wanted: Content): string {
  if (wanted.kind === 'url') return printable(wanted.url)
  return wanted.kind === 'tarball' ? wanted.file : wanted.dir
}

/** An archive that was downloaded by hand and the same one by its address are one build. */
export async function contentKey(wanted: Content, flavour: Flavour): Promise<string> {
  const { contentHash, shortened } = await import('./content-hash.js')
  const hash = wanted.kind === 'url' ? shortened(wanted.sha256) : contentHash(placeOf(wanted))
  return `local-${hash}-${flavourName(flavour)}`
}
