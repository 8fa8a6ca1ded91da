/** The distribution's own Redis or Valkey, from its source package. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.js'
import { unpack } from '../archive/unpack.js'
import type { Build } from '../build.js'
import type { Job } from '../context.js'
import { flavourName } from '../flavour.js'
import { requireNeeds } from '../make/needs.js'
import { buildAndShelve } from '../shelve.js'
import { inWorkshop } from '../workshop.js'
import { aptSource } from './apt.js'

/** What redis-cli and valkey-cli are linked with; nothing is built without it. */
const clients = ['hiredis', 'libvalkey']

export interface DistroWish {
  readonly engine: Build['engine']
  /** Another suite than those that the machine has configured. */
  readonly suite?: string
}

export const distroName = ({ engine, suite }: DistroWish): string =>
  `the source package ${engine} of ${suite === undefined ? 'this distribution' : `the suite ${suite}`}`

/**
 * The tarball of a distribution is not always the one that the Redis project published, so its build has a key of its own
 * and is never taken for an official release.
 *
 * @throws LabError `release-unreachable` where there is no apt, no such suite or no such package; `release-broken` for one that
 *   comes without its libraries; and what building throws
 */
export async function installDistro(job: Job, wish: DistroWish): Promise<Build> {
  const { cacheDir, env, emit, signal, aptDir } = job
  const { suite } = wish
  return inWorkshop(cacheDir, async (workshop) => {
    await requireNeeds(env, { needsCxx: false, tls: job.tls })
    const archive = await aptSource({ name: wish.engine, suite, dir: path.join(workshop, 'apt'), aptDir, env, signal })
    const sourceDir = path.join(workshop, 'source')
    emit({ type: 'unpack-started', archive: path.basename(archive) })
    await unpack({ archive, into: sourceDir, name: path.basename(archive), signal })
    if (!clients.some((name) => existsSync(path.join(sourceDir, 'deps', name)))) throw withoutLibraries(wish)
    return buildAndShelve(job, {
      sourceDir,
      workshop,
      describe: (version) => `distribution source ${version}${suite === undefined ? '' : ` (${suite})`}`.trim(),
      keyOf: ({ engine, version }) => `${engine}-${version}-distro-${flavourName(job)}`,
    })
  })
}

function withoutLibraries(wish: DistroWish): LabError {
  return new LabError({
    code: 'release-broken',
    message: `${distroName(wish)} comes without the libraries that it is built with (deps/)`,
    hint: 'The distribution has taken them out. Take another suite, a version, an address with --sha256, or a path.',
  })
}
