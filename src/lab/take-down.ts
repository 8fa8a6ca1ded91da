/** `down` as a whole: ends what runs, and deletes what is kept where that is asked for. */
import { LabError } from '../errors.js'
import { labLock, type Places } from '../paths.js'
import { deleteLab } from '../supervisor/index.js'
import { lockHolder, withLock } from '../util/lock.js'
import { until } from '../util/until.js'
import { endDamaged, endLab, endSupervisor } from './end.js'
import { findLab, type FoundLab } from './find.js'

/** Building a release may come between; nobody waits for that to take a lab down. */
const launchMs = 3000

export interface TakenDown {
  readonly name: string
  /** What there was: a lab that ran, one whose supervisor had died, one that was down already, or none. */
  readonly was: 'running' | 'orphaned' | 'stopped' | 'absent'
  readonly dir: string | null
  /** Its data is gone: that was asked for, or the lab was ephemeral. */
  readonly purged: boolean
}

/** @throws LabError `stop-failed`, `lab-damaged` (what ran is ended then, too) */
export async function takeDown(places: Places, name: string, { purge }: { purge: boolean }): Promise<TakenDown> {
  let found: FoundLab | undefined
  try {
    found = await afterLaunch(places, name)
  } catch (error) {
    const damage = LabError.from(error)
    if (damage.code !== 'lab-damaged') throw damage
    await endDamaged(places, name, damage)
    // It was only what ran that could not be read, and nothing runs any more.
    return { ...(await takeDown(places, name, { purge })), was: 'orphaned' }
  }
  if (!found) return { name, was: 'absent', dir: null, purged: false }
  const { record } = found
  // Without the lock: an `up` that is still forming this lab holds it, and is to be interrupted, not waited for.
  if (found.kind === 'running') await endSupervisor(found.run)
  const toPurge = purge || record.spec.ephemeral
  let purged = false
  if (toPurge || findLab(places, name)?.kind === 'orphaned') {
    await withLock(labLock(places, name), { command: `redis-lab down --name ${name}` }, async () => {
      const now = findLab(places, name)
      // Somebody may have started it anew meanwhile: that lab was not to be taken down.
      if (now?.kind === 'running') return
      if (now?.kind === 'orphaned') await endLab(places, now)
      if (now && toPurge) deleteLab(places, now.record)
      purged = toPurge
    })
  }
  return { name, was: found.kind, dir: record.dir, purged }
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
