/** Waiting for a lab that runs, or that another process is about to start. */
import { LabError } from '../errors.js'
import type { ReadyLevel } from '../events.js'
import { labLock, placesFrom, type Places } from '../paths.js'
import type { LabStatus } from '../supervisor/index.js'
import { lockHolder } from '../util/lock.js'
import { until } from '../util/until.js'
import { findLab } from './find.js'
import { supervisedLab, type SupervisedContext } from './supervised.js'

const pollMs = 50

/**
 * Resolves when the level is proven, asked of every node. A lab whose supervisor has died is adopted first.
 *
 * @returns the status at that moment
 * @throws LabError `not-ready` when the time is over, with what each node still lacked; `lab-not-found` when the lab is not
 *   running and nobody is about to start it
 */
export async function waitForLab(
  name: string,
  { level, timeoutMs }: { readonly level: Exclude<ReadyLevel, 'none'>; readonly timeoutMs: number },
  context: SupervisedContext,
): Promise<LabStatus> {
  const deadline = Date.now() + timeoutMs
  const places = placesFrom(context.env)
  const started = () => (isStarting(places, name) ? undefined : true)
  if (!(await until(started, { deadline, pollMs, signal: context.signal }))) throw stillStarting(name)
  const { run } = await supervisedLab(name, context)
  const { askWait } = await import('./client.js')
  return askWait(run.socket, { level, timeoutMs: Math.max(1, deadline - Date.now()) })
}

/** Its supervisor forms it, or whoever holds its lock is about to have one do so. */
function isStarting(places: Places, name: string): boolean {
  const found = findLab(places, name)
  if (found?.kind === 'running') return !found.run.formed
  return found?.kind !== 'orphaned' && lockHolder(labLock(places, name)) !== undefined
}

const stillStarting = (name: string): LabError =>
  new LabError({ code: 'not-ready', message: `the lab "${name}" is still starting` })
