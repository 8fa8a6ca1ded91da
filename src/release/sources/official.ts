/** The official tarball of a version: downloaded, verified, made. */
import path from 'node:path'
import { LabError } from '../../errors.js'
import { unpack } from '../archive/unpack.js'
import { titleOf, type Build, type OfficialRelease } from '../build.js'
import { officialKey } from '../cached.js'
import type { Job } from '../context.js'
import { printable, releaseUrl } from '../download/address.js'
import { download } from '../download/download.js'
import { recipeFor } from '../make/recipe.js'
import { requireNeeds } from '../make/needs.js'
import { buildAndShelve } from '../shelve.js'
import { inWorkshop } from '../workshop.js'

/**
 * @throws HostUnreachable; LabError `bad-input` (REDIS_LAB_MIRROR), `tools-missing` before anything is downloaded,
 *   `release-unknown` for TLS where the release has none, `checksum-mismatch`, `archive-refused`, `release-unreachable`, `release-broken`, `build-failed`, `interrupted`
 */
export async function installOfficial(job: Job, release: OfficialRelease): Promise<Build> {
  const { cacheDir, env, emit, signal, patience, checksums } = job
  const { engine, version } = release
  const sha256 = checksums[engine][version]
  if (sha256 === undefined) throw new Error(`no checksum of ${engine} ${version}`)
  const url = releaseUrl(release, env['REDIS_LAB_MIRROR'])
  await requireNeeds(env, { ...recipeFor(release, job), tls: job.tls })
  return inWorkshop(cacheDir, async (workshop) => {
    const archive = path.join(workshop, 'release.tar.gz')
    const sourceDir = path.join(workshop, 'source')
    await download({ url, sha256, file: archive, env, emit, signal, patience })
    emit({ type: 'unpack-started', archive: path.basename(url.pathname) })
    await unpack({ archive, into: sourceDir, name: printable(url), signal })
    const describe = () => `official release ${version}`
    return buildAndShelve(job, { sourceDir, workshop, describe, keyOf: () => officialKey(release, job) })
  })
}

/** For somebody who asked for exactly this version. */
export function unreachable({ engine, version }: OfficialRelease, reason: string, url: URL): LabError {
  return new LabError({
    code: 'release-unreachable',
    message: `${titleOf(engine)} ${version} cannot be downloaded: ${url.host} could not be reached`,
    hint: `Check the network and HTTPS_PROXY, set REDIS_LAB_MIRROR, or take another source: --redis ${engine === 'valkey' ? 'valkey@distro:SUITE' : 'distro'}, system, an address with --sha256, or a path.`,
    details: [reason, `address: ${printable(url)}`],
  })
}
