/**
 * The private folder in which one release is fetched, unpacked and made. It vanishes whatever happens; after a SIGKILL, the
 * next one to open a workshop sweeps away what the dead one left.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { makeOwnedFolder, removeFolder, sweepAbandoned } from '../util/owned-folder.js'
import type { Swept } from '../util/swept.js'
import { buildsDir } from './entry.js'

const prefix = '.tmp-'

/** In the cache, so that what is finished can be renamed onto its shelf. */
export async function inWorkshop<Result>(cacheDir: string, work: (dir: string) => Promise<Result>): Promise<Result> {
  const builds = buildsDir(cacheDir)
  mkdirSync(builds, { recursive: true })
  await sweep(builds)
  const dir = path.join(builds, prefix + randomBytes(6).toString('hex'))
  try {
    makeOwnedFolder(dir)
    return await work(dir)
  } finally {
    await removeFolder(dir)
  }
}

/** Removes the workshops of dead owners. */
export const sweep = (builds: string): Promise<Swept> => sweepAbandoned(builds, (name) => name.startsWith(prefix))
