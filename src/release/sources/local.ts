/** Sources that lie on this machine already: a tarball, or a tree that is copied before anything is made in it. */
import { cp } from 'node:fs/promises'
import path from 'node:path'
import { unpack } from '../archive/unpack.js'
import type { Build } from '../build.js'
import { isSource } from '../content-hash.js'
import type { Job } from '../context.js'
import { requireNeeds } from '../make/needs.js'
import { buildAndShelve } from '../shelve.js'
import { inWorkshop } from '../workshop.js'

/** @throws LabError `tools-missing`, `archive-refused`, `release-broken`, `build-failed`, `interrupted` */
export async function installTarball(job: Job, { file, key }: { file: string; key: string }): Promise<Build> {
  const { cacheDir, env, emit, signal } = job
  await requireNeeds(env, { needsCxx: false, tls: job.tls })
  return inWorkshop(cacheDir, async (workshop) => {
    const sourceDir = path.join(workshop, 'source')
    emit({ type: 'unpack-started', archive: file })
    await unpack({ archive: file, into: sourceDir, name: file, signal })
    return buildAndShelve(job, { sourceDir, workshop, describe: () => file, keyOf: () => key })
  })
}

/** @throws LabError `tools-missing`, `release-broken`, `build-failed`, `interrupted` */
export async function installTree(job: Job, { dir, key }: { dir: string; key: string }): Promise<Build> {
  await requireNeeds(job.env, { needsCxx: false, tls: job.tls })
  return inWorkshop(job.cacheDir, async (workshop) => {
    const sourceDir = path.join(workshop, 'source')
    // Kept modification times: with new ones, make would want to write generated files again, with tools nobody has.
    const filter = (from: string) => from === dir || isSource(path.basename(from))
    await cp(dir, sourceDir, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, filter })
    return buildAndShelve(job, { sourceDir, workshop, describe: () => dir, keyOf: () => key })
  })
}
