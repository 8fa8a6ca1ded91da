/** The sources of a release, for whoever has to unpack or make one: the tarball that was given, or the distribution's. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../src/errors.js'
import { aptSource } from '../../src/release/sources/apt.js'
import { Skip } from '../row.js'
import type { Place } from './place.js'
import { run } from './run.js'

/** Fetched at most once for a place. */
const fetched = new WeakMap<Place, Promise<string>>()

/** @throws Skip when none can be had */
export async function sourceTarball(place: Place, signal: AbortSignal): Promise<string> {
  if (place.tarball !== undefined) return place.tarball
  const fetching = fetched.get(place) ?? fetchSource(place, signal)
  fetched.set(place, fetching)
  return fetching
}

async function fetchSource(place: Place, signal: AbortSignal): Promise<string> {
  try {
    return await aptSource({ name: 'redis', dir: place.folder('apt'), aptDir: '/etc/apt', env: place.env, signal })
  } catch (error) {
    signal.throwIfAborted()
    const { message } = LabError.from(error)
    throw new Skip(`no tarball was given (--tarball), and the distribution has none: ${message}`)
  }
}

/** Unpacks with plain tar into an empty folder. @returns the release's top folder, and how long it took */
export async function unpackPlainly(
  place: Place,
  { tarball, into, signal }: { tarball: string; into: string; signal: AbortSignal },
): Promise<{ readonly dir: string; readonly elapsedMs: number }> {
  const { elapsedMs } = await run('tar', ['-xzf', tarball], { cwd: into, env: place.env, signal })
  const dir = readdirSync(into)
    .map((name) => path.join(into, name))
    .find((dir) => existsSync(path.join(dir, 'src', 'Makefile')))
  if (dir === undefined) throw new Error(`${tarball} does not contain the sources of Redis`)
  return { dir, elapsedMs }
}
