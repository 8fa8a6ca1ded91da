/** The snapshots that there are, and their end. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.js'
import { snapshotEntry, snapshotLock, snapshotsDir, type Places } from '../../paths.js'
import { badInput, isName } from '../../spec/index.js'
import { clearDeadLocks, withLock } from '../../util/lock.js'
import { sweepAbandoned } from '../../util/owned-folder.js'
import { allSwept, type Swept } from '../../util/swept.js'
import { isDraft } from './draft.js'
import { Snapshot } from './handle.js'
import { readManifest, type Manifest } from './manifest.js'
import { removeFolderOf } from './remove.js'

/** In alphabetical order; what is being made, and locks, begin with a dot. */
export function snapshotNames(places: Places): string[] {
  const dir = snapshotsDir(places)
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => !name.startsWith('.'))
    .sort()
}

export type Listed =
  | { readonly name: string; readonly snapshot: Snapshot; readonly lab: string }
  /** One that is damaged must not hide the others. */
  | { readonly name: string; readonly problem: string; readonly dir: string }

export function listSnapshots(places: Places): Listed[] {
  return snapshotNames(places).map((name): Listed => {
    const dir = snapshotEntry(places, name)
    try {
      const manifest = readManifest(dir)
      if (manifest) return { name, snapshot: new Snapshot(dir, manifest), lab: manifest.lab }
      return { name, dir, problem: 'it has no manifest' }
    } catch (error) {
      return { name, dir, problem: LabError.from(error).message }
    }
  })
}

/** @returns undefined when there is none. @throws LabError `snapshot-damaged` */
export function openSnapshot(places: Places, from: string): Snapshot | undefined {
  const dir = isName(from) ? snapshotEntry(places, from) : path.resolve(from)
  const manifest = readManifest(dir)
  return manifest && new Snapshot(dir, manifest)
}

/** @throws LabError `snapshot-not-found`, `snapshot-damaged` */
export function requireManifest(places: Places, dir: string): Manifest {
  const manifest = readManifest(dir)
  if (manifest) return manifest
  const named = path.dirname(dir) === snapshotsDir(places)
  throw named ? unknownName(places, path.basename(dir)) : unknownPath(dir)
}

/** All of them, or none when one of the names is none. @throws LabError `bad-input`, `snapshot-not-found`, `storage` */
export async function removeSnapshots(places: Places, names: readonly string[]): Promise<void> {
  for (const name of names) requireName(name)
  const unknown = names.find((name) => !existsSync(snapshotEntry(places, name)))
  if (unknown !== undefined) throw unknownName(places, unknown)
  for (const name of new Set(names)) {
    await withLock(snapshotLock(places, name), { command: `redis-lab snapshot rm ${name}` }, async () =>
      removeFolderOf(snapshotEntry(places, name)),
    )
  }
}

/** @throws LabError `bad-input` */
export function requireName(name: string): void {
  if (isName(name)) return
  throw badInput([
    `a snapshot has a name of letters, digits, "-" and "_", at most 63, that begins with a letter or digit, not ${JSON.stringify(name)}`,
  ])
}

/** Removes drafts and locks whose maker is dead. */
export async function clearSnapshots(places: Places): Promise<Swept> {
  const dir = snapshotsDir(places)
  if (!existsSync(dir)) return { cleared: 0, unjudged: [] }
  const locks = clearDeadLocks(dir, (name) => name.startsWith('.') && name.includes('.lock'))
  return allSwept(locks, await sweepAbandoned(dir, isDraft))
}

function unknownName(places: Places, name: string): LabError {
  const others = snapshotNames(places)
  return new LabError({
    code: 'snapshot-not-found',
    message: `there is no snapshot named "${name}"`,
    hint: others.length > 0 ? `There is: ${others.join(', ')}` : 'Take one of a lab with: redis-lab snapshot save NAME',
  })
}

const unknownPath = (dir: string): LabError =>
  new LabError({
    code: 'snapshot-not-found',
    message: `there is no snapshot in ${dir}`,
    hint: 'The folder of a snapshot holds a manifest.json. What looks like a name is taken for one: a path in this folder begins with "./".',
  })
