/** What stands on the shelf of finished builds, for those who look after it. Nothing here is loaded by a start. */
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { withLock } from '../util/lock.js'
import type { Build } from './build.js'
import { buildsDir, dropEntry, entryDir, lockFile, manifestFile, parseManifest, readEntry, recallDir } from './entry.js'
import { isTlsKey } from './flavour.js'

export interface ShelvedBuild {
  /** The name of its folder, and of itself: redis-8.0.6-libc. */
  readonly key: string
  readonly dir: string
  /** Null for one that is not whole, and so is never used. */
  readonly build: Build | null
  readonly tls: boolean
  readonly sizeBytes: number
  readonly lastUsed: Date
}

/** In alphabetical order of their keys. */
export function listBuilds(cacheDir: string): ShelvedBuild[] {
  return keysIn(cacheDir).flatMap((key) => {
    const dir = entryDir(cacheDir, key)
    const lastUsed = lastUseOf(dir)
    return lastUsed
      ? [{ key, dir, build: readEntry(cacheDir, key) ?? null, tls: isTlsKey(key), sizeBytes: sizeOf(dir), lastUsed }]
      : []
  })
}

/**
 * Removes a build, and what "default" or "distro" have come to where that was this one.
 *
 * @param stillUnwanted asked again once nobody is at work on it: somebody may have used it in the meantime
 * @returns whether it did
 */
export async function removeBuild(
  cacheDir: string,
  key: string,
  stillUnwanted: (lastUsed: Date) => boolean = () => true,
): Promise<boolean> {
  const command = `removing the build ${key}`
  return withLock(lockFile(cacheDir, key), { command }, async () => {
    const lastUsed = lastUseOf(entryDir(cacheDir, key))
    if (!lastUsed || !stillUnwanted(lastUsed)) return false
    dropEntry(cacheDir, key)
    dropRecalls(cacheDir)
    return true
  })
}

function keysIn(cacheDir: string): string[] {
  const names = namesIn(buildsDir(cacheDir))
  // Workshops begin with a dot.
  return names.filter((name) => !name.startsWith('.') && lstatSync(entryDir(cacheDir, name)).isDirectory()).sort()
}

/** The time of its manifest; of one without, that of the folder. */
function lastUseOf(dir: string): Date | undefined {
  const found = statSync(manifestFile(dir), { throwIfNoEntry: false }) ?? statSync(dir, { throwIfNoEntry: false })
  return found?.mtime
}

function sizeOf(dir: string): number {
  return readdirSync(dir, { withFileTypes: true }).reduce((sum, entry) => {
    const inner = path.join(dir, entry.name)
    return sum + (entry.isDirectory() ? sizeOf(inner) : lstatSync(inner).size)
  }, 0)
}

/** Those whose programs are gone would be asked once more and passed over for ever. */
function dropRecalls(cacheDir: string): void {
  for (const name of namesIn(recallDir(cacheDir))) {
    const file = path.join(recallDir(cacheDir), name)
    const server = parseManifest(readFileSync(file, 'utf8'))?.server
    if (server !== undefined && !existsSync(path.resolve(cacheDir, server))) rmSync(file, { force: true })
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
