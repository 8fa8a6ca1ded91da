/**
 * Getting a Redis: from what `--redis` said to two programs on disk.
 *
 * DESIGN. A release is downloaded or found, verified, unpacked and made once; every later call is a look into the cache.
 * `request.ts` reads the wish, `install.ts` answers it from the cache, `acquire.ts` does the rest with the rooms `sources/`,
 * `download/`, `archive/` and `make/`. All that is heavy is loaded when it is needed and not before.
 */
import type { Swept } from '../util/swept.js'
import type { Build, OfficialRelease } from './build.js'
import type { ShelvedBuild } from './builds.js'
import type { Environment, ReleaseContext, ReleaseRequest } from './context.js'
import { install, readWish } from './install.js'
import type { HostReport, Tool } from './inspect.js'
import type { ReleaseLine } from './known.js'

export { titleOf, type Build } from './build.js'
export type { ShelvedBuild } from './builds.js'
export type { ReleaseContext, ReleaseRequest } from './context.js'
export type { HostReport, Tool } from './inspect.js'
export type { ReleaseLine } from './known.js'
export { defaultVersion } from './checksums.js'
export { noteUse } from './entry.js'
export { canFollow, canTalk, isSameRelease, readsDataOf, spellRelease } from './mixing.js'
export { meansTheSame, pinnedTo } from './request.js'
export { satisfies, specifiedRelease } from './satisfies.js'
export { compareVersions, lineOf } from './version.js'

/**
 * A build for what was asked, from the cache or by the whole way: download, verify, unpack, make, prove.
 *
 * @throws LabError `release-unknown` (not a release, nothing touched), `bad-input` (REDIS_LAB_MIRROR, a sha256 that is missing), `release-unreachable`,
 *   `checksum-mismatch`, `archive-refused`, `release-broken`, `tools-missing`, `build-failed`, `interrupted`
 */
export function installRelease(request: ReleaseRequest, context: ReleaseContext): Promise<Build> {
  return install(request, context)
}

/**
 * Reads what was asked for, and does nothing about it: where several releases are wanted, what is nonsense among them is to be
 * told before the first one is built.
 *
 * @throws LabError `release-unknown`, `bad-input`
 */
export const requireReadable = (request: Pick<ReleaseRequest, 'redis' | 'sha256'>, env: Environment): void =>
  readWish(request, env)

/** The tools that building needs, each with what was found or how to get it. Never throws for a missing one. */
export async function inspectTools(env: Environment): Promise<Tool[]> {
  return (await import('./inspect.js')).inspectTools(env)
}

/** Every build in the cache, with its size and its last use. */
export async function listBuilds(cacheDir: string): Promise<ShelvedBuild[]> {
  return (await import('./builds.js')).listBuilds(cacheDir)
}

/** Removes one build. See builds.ts. */
export async function removeBuild(
  cacheDir: string,
  key: string,
  stillUnwanted?: (lastUsed: Date) => boolean,
): Promise<boolean> {
  return (await import('./builds.js')).removeBuild(cacheDir, key, stillUnwanted)
}

/** The releases that can be had by their version, by their lines, oldest first. */
export async function releaseLines(): Promise<ReleaseLine[]> {
  return (await import('./known.js')).releaseLines()
}

/** Removes what killed builders have left in the cache. */
export async function clearCache(cacheDir: string): Promise<Swept> {
  return (await import('./clear.js')).clearCache(cacheDir)
}

/**
 * Whether a release, the default one where none is named, can be downloaded from here, or why not.
 *
 * @throws LabError `bad-input` (REDIS_LAB_MIRROR)
 */
export async function probeOfficialHost(
  env: Environment,
  how: { readonly release?: OfficialRelease; readonly signal?: AbortSignal } = {},
): Promise<HostReport> {
  return (await import('./inspect.js')).probeOfficialHost(env, how)
}
