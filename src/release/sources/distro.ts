/** The distribution's own Redis, from its source package. */
import path from 'node:path'
import { unpack } from '../archive/unpack.js'
import type { Build } from '../build.js'
import type { Job } from '../context.js'
import { requireTools } from '../make/tools.js'
import { buildAndShelve } from '../shelve.js'
import { inWorkshop } from '../workshop.js'
import { aptSource } from './apt.js'

/**
 * The tarball of a distribution is not always the one that the Redis project published, so its build has a key of its own
 * and is never taken for an official release.
 *
 * @throws LabError `release-unreachable` where there is no apt or no such package, and what building throws
 */
export async function installDistro(job: Job): Promise<Build> {
  const { cacheDir, env, emit, signal, malloc, aptDir } = job
  return inWorkshop(cacheDir, async (workshop) => {
    await requireTools(env, { needsCxx: false })
    const archive = await aptSource({ name: 'redis', dir: path.join(workshop, 'apt'), aptDir, env, signal })
    const sourceDir = path.join(workshop, 'source')
    emit({ type: 'unpack-started', archive: path.basename(archive) })
    await unpack({ archive, into: sourceDir, name: path.basename(archive), signal })
    return buildAndShelve(job, {
      sourceDir,
      workshop,
      describe: (version) => `distribution source ${version}`.trim(),
      keyOf: ({ engine, version }) => `${engine}-${version}-distro-${malloc}`,
    })
  })
}
