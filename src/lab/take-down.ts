/** `down` as a whole: ends what runs, and deletes what is kept where that is asked for. */
import { readdirSync } from 'node:fs'
import { LabError } from '../errors.js'
import { labLock, type Places } from '../paths.js'
import { deleteLab } from '../supervisor/index.js'
import { heldElsewhere, lockHolder, withLock } from '../util/lock.js'
import { ownIdentity } from '../util/process-identity.js'
import { until } from '../util/until.js'
import { endDamaged, endLab, endSupervisor } from './end.js'
import { forgetDangling } from './entry.js'
import { findLab, type FoundLab } from './find.js'
import { requireKnown, type KnownLab } from './visibility.js'

/** Building a release may come between; nobody waits for that to take a lab down. */
const launchMs = 3000

export interface TakenDown {
  readonly name: string
  /** What there was: a lab that ran, one whose supervisor had died, one that was down already, one without a folder, or none. */
  readonly was: 'running' | 'orphaned' | 'stopped' | 'lost' | 'absent'
  readonly dir: string | null
  /** Its data is gone: that was asked for, or the lab was ephemeral. */
  readonly purged: boolean
  /** What is left in the folder of a deleted lab: files that the lab did not make. */
  readonly remains: readonly string[]
}

/**
 * @throws LabError `stop-failed`; `lab-damaged` (what ran is ended then, too); `lab-state-unknown` and `lab-busy` when the lab cannot
 *   be judged from here, and nothing was touched
 */
export async function takeDown(places: Places, name: string, { purge }: { purge: boolean }): Promise<TakenDown> {
  let found: FoundLab | undefined
  try {
    found = await afterLaunch(places, name)
  } catch (error) {
    const damage = LabError.from(error)
    if (damage.code !== 'lab-damaged') throw damage
    const lost = purge ? await forget(places, name) : undefined
    if (lost !== undefined) return { name, was: 'lost', dir: lost, purged: true, remains: [] }
    await endDamaged(places, name, damage)
    // It was only what ran that could not be read, and nothing runs any more.
    return { ...(await takeDown(places, name, { purge })), was: 'orphaned' }
  }
  const known = found && (await requireKnown(places, found))
  if (known?.kind !== 'running') requireJudgedLock(places, name)
  if (!known) return { name, was: 'absent', dir: null, purged: false, remains: [] }
  const { record, kind: was } = known
  const toPurge = purge || record.spec.ephemeral
  // Deleting takes a lock: where that is impossible, nothing is ended either.
  if (toPurge) ownIdentity()
  // Without the lock: an `up` that is still forming this lab holds it, and is to be interrupted, not waited for.
  if (known.kind === 'running') await endSupervisor(known.run)
  let purged = false
  if (toPurge || (await knownNow(places, name))?.kind === 'orphaned') {
    await withLock(labLock(places, name), lockOptions(name), async () => {
      const now = await knownNow(places, name)
      // Somebody may have started it anew meanwhile: that lab was not to be taken down.
      if (now?.kind === 'running') return
      if (now?.kind === 'orphaned') await endLab(places, now)
      if (now && toPurge) deleteLab(places, now.record)
      purged = toPurge
    })
  }
  return { name, was, dir: record.dir, purged, remains: purged ? filesIn(record.dir) : [] }
}

/** An `up` that cannot be seen may be about to start the lab: then it is not down. @throws LabError `lab-busy` */
function requireJudgedLock(places: Places, name: string): void {
  const holder = lockHolder(labLock(places, name))
  if (holder?.unjudged !== undefined) throw heldElsewhere(holder)
}

const lockOptions = (name: string) => ({ command: `redis-lab down --name ${name}` })

/** @throws LabError `lab-state-unknown` */
async function knownNow(places: Places, name: string): Promise<KnownLab | undefined> {
  const found = findLab(places, name)
  return found && requireKnown(places, found)
}

/** @returns the folder that is gone; undefined where the lab has one */
const forget = (places: Places, name: string): Promise<string | undefined> =>
  withLock(labLock(places, name), lockOptions(name), async () => forgetDangling(places, name))

function filesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

/**
 * Between writing its record and starting its supervisor an `up` looks like a lab that is down, and one that adopts a lab looks
 * like nobody. Whoever holds the lock is asked for the truth by waiting until it shows.
 */
async function afterLaunch(places: Places, name: string): Promise<FoundLab | undefined> {
  const settled = () => {
    const found = findLab(places, name)
    return found?.kind === 'running' || !lockHolder(labLock(places, name)) ? { found } : undefined
  }
  const result = await until(settled, { deadline: Date.now() + launchMs, pollMs: 5 })
  return result ? result.found : findLab(places, name)
}
