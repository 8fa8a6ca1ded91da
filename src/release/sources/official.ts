/** The official tarball of a version: downloaded, verified, made. */
import path from 'node:path'
import { LabError } from '../../errors.js'
import { unpack } from '../archive/unpack.js'
import type { Build } from '../build.js'
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
export async function installOfficial(job: Job, { version, key }: { version: string; key: string }): Promise<Build> {
  const { cacheDir, env, emit, signal, patience, checksums } = job
  const sha256 = checksums[version]
  if (sha256 === undefined) throw new Error(`no checksum of ${version}`)
  const url = releaseUrl(version, env['REDIS_LAB_MIRROR'])
  await requireNeeds(env, { ...recipeFor({ engine: 'redis', version }, job), tls: job.tls })
  return inWorkshop(cacheDir, async (workshop) => {
    const archive = path.join(workshop, 'release.tar.gz')
    const sourceDir = path.join(workshop, 'source')
    await download({ url, sha256, file: archive, env, emit, signal, patience })
    emit({ type: 'unpack-started', archive: path.basename(url.pathname) })
    await unpack({ archive, into: sourceDir, name: printable(url), signal })
    return buildAndShelve(job, { sourceDir, workshop, describe: () => `official release ${version}`, keyOf: () => key })
  })
}

/** For somebody who asked for exactly this version. */
export function unreachable(version: string, reason: string, url: URL): LabError {
  return new LabError({
    code: 'release-unreachable',
    message: `Redis ${version} cannot be downloaded: ${url.host} could not be reached`,
    hint: 'Check the network and HTTPS_PROXY, set REDIS_LAB_MIRROR, or take another source: --redis distro, system, an address with --sha256, or a path.',
    details: [reason, `address: ${printable(url)}`],
  })
}
