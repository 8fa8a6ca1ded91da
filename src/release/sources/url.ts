/** A release at an address that somebody gave, with the sha256 that it must have. */
import path from 'node:path'
import { LabError } from '../../errors.js'
import { unpack } from '../archive/unpack.js'
import type { Build } from '../build.js'
import type { Job } from '../context.js'
import { printable } from '../download/address.js'
import { download, HostUnreachable } from '../download/download.js'
import { requireNeeds } from '../make/needs.js'
import { buildAndShelve } from '../shelve.js'
import { inWorkshop } from '../workshop.js'

/**
 * @throws LabError `tools-missing` before anything is downloaded, `release-unreachable`, `checksum-mismatch`, `archive-refused`,
 *   `release-broken`, `build-failed`, `interrupted`
 */
export async function installUrl(
  job: Job,
  { url, sha256, key }: { url: URL; sha256: string; key: string },
): Promise<Build> {
  const { cacheDir, env, emit, signal, patience } = job
  const name = printable(url)
  await requireNeeds(env, { needsCxx: false, tls: job.tls })
  return inWorkshop(cacheDir, async (workshop) => {
    const archive = path.join(workshop, 'release.tar.gz')
    const sourceDir = path.join(workshop, 'source')
    try {
      await download({ url, sha256, sumFrom: 'caller', file: archive, env, emit, signal, patience })
    } catch (error) {
      if (!(error instanceof HostUnreachable)) throw error
      throw new LabError({
        code: 'release-unreachable',
        message: `${name} cannot be downloaded: ${url.host} could not be reached`,
        hint: 'Check the network and HTTPS_PROXY; a copy that was fetched another way can be given with --redis PATH.',
        details: [error.message],
      })
    }
    emit({ type: 'unpack-started', archive: path.basename(url.pathname) })
    await unpack({ archive, into: sourceDir, name, signal })
    return buildAndShelve(job, { sourceDir, workshop, describe: () => name, keyOf: () => key })
  })
}
