/**
 * Getting a Redis: from what `--redis` said to two programs on disk.
 *
 * DESIGN. A release is downloaded or found, verified, unpacked and made once; every later call is a look into the cache.
 * `request.ts` reads the wish, `install.ts` answers it from the cache, `acquire.ts` does the rest with the rooms `sources/`,
 * `download/`, `archive/` and `make/`. All that is heavy is loaded when it is needed and not before.
 */
import type { Build } from './build.js'
import type { Environment, ReleaseContext, ReleaseRequest } from './context.js'
import { install } from './install.js'
import type { HostReport, Tool } from './inspect.js'

export type { Build } from './build.js'
export type { ReleaseContext, ReleaseRequest } from './context.js'
export type { HostReport, Tool } from './inspect.js'
export { defaultVersion } from './checksums.js'
export { compareVersions } from './version.js'

/**
 * A build for what was asked, from the cache or by the whole way: download, verify, unpack, make, prove.
 *
 * @throws LabError `release-unknown` (not a release, nothing touched), `bad-input` (REDIS_LAB_MIRROR), `release-unreachable`,
 *   `checksum-mismatch`, `archive-refused`, `release-broken`, `tools-missing`, `build-failed`, `interrupted`
 */
export function installRelease(request: ReleaseRequest, context: ReleaseContext): Promise<Build> {
  return install(request, context)
}

/** The tools that building needs, each with what was found or how to get it. Never throws for a missing one. */
export async function inspectTools(env: Environment): Promise<Tool[]> {
  return (await import('./inspect.js')).inspectTools(env)
}

/** Removes what killed builders have left in the cache. @returns how many folders and locks that were */
export async function clearCache(cacheDir: string): Promise<number> {
  return (await import('./clear.js')).clearCache(cacheDir)
}

/** Whether the default release can be downloaded from here, or why not. @throws LabError `bad-input` (REDIS_LAB_MIRROR) */
export async function probeOfficialHost(env: Environment, signal?: AbortSignal): Promise<HostReport> {
  return (await import('./inspect.js')).probeOfficialHost(env, signal)
}
