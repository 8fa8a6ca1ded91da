/** Clears the cache of what is dead: workshops and locks of builders that were killed. Finished builds stay. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { clearDeadLock } from '../util/lock.js'
import { buildsDir, locksDir } from './entry.js'
import { sweep } from './workshop.js'

/** @returns how many folders and files that were */
export async function clearCache(cacheDir: string): Promise<number> {
  const [builds, locks] = [buildsDir(cacheDir), locksDir(cacheDir)]
  const workshops = existsSync(builds) ? await sweep(builds) : 0
  const dead = existsSync(locks) ? readdirSync(locks).filter((name) => clearDeadLock(path.join(locks, name))) : []
  return workshops + dead.length
}
