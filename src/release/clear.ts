/** Clears the cache of what is dead: workshops and locks of builders that were killed. Finished builds stay. */
import { existsSync } from 'node:fs'
import { clearDeadLocks } from '../util/lock.js'
import { allSwept, type Swept } from '../util/swept.js'
import { buildsDir, locksDir } from './entry.js'
import { sweep } from './workshop.js'

export async function clearCache(cacheDir: string): Promise<Swept> {
  const builds = buildsDir(cacheDir)
  const locks = clearDeadLocks(locksDir(cacheDir))
  return existsSync(builds) ? allSwept(locks, await sweep(builds)) : locks
}
