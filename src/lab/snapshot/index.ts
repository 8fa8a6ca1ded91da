/**
 * Snapshots: the data of a lab as of one moment, in a folder that outlives it and that any number of labs can begin with.
 *
 * Everything but the types is loaded when it is needed: a lab that is begun with nothing is to be as quick as without all this.
 */
import { placesFrom, type Places } from '../../paths.js'
import type { Emit } from '../../events.js'
import type { Swept } from '../../util/swept.js'
import { requireLab } from '../find.js'
import { supervisedLab } from '../supervised.js'
import type { Snapshot } from './handle.js'
import type { Listed } from './store.js'

export type { Beginning } from './begin.js'
export type { Snapshot } from './handle.js'
export type { Listed } from './store.js'

export async function listSnapshots(places: Places): Promise<Listed[]> {
  return (await import('./store.js')).listSnapshots(places)
}

/** @throws LabError `bad-input`, `snapshot-not-found`, `storage` */
export async function removeSnapshots(places: Places, names: readonly string[]): Promise<void> {
  return (await import('./store.js')).removeSnapshots(places, names)
}

/** Removes drafts and locks of dead makers. */
export async function clearSnapshots(places: Places): Promise<Swept> {
  return (await import('./store.js')).clearSnapshots(places)
}

export interface SaveHow {
  readonly name: string
  readonly replace: boolean
  readonly timeoutMs: number
}

/**
 * Takes a snapshot of a lab by its name: of one that runs, of one whose supervisor has died, once another has adopted it, and of
 * one that is down out of its folders.
 *
 * @throws LabError `lab-not-found`, and what `lab.snapshot()` throws
 */
export async function snapshotLab(
  lab: string,
  how: SaveHow,
  context: { readonly env: Readonly<Record<string, string | undefined>>; readonly emit: Emit },
): Promise<Snapshot> {
  const places = placesFrom(context.env)
  const found = requireLab(places, lab)
  const socket = found.kind === 'stopped' ? undefined : (await supervisedLab(lab, context)).run.socket
  const { saveSnapshot } = await import('./save.js')
  return saveSnapshot(places, { dir: found.record.dir, socket }, how)
}
