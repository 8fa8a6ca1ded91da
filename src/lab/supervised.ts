/** A lab that somebody looks after: what every verb needs. */
import { LabError } from '../errors.js'
import type { Emit } from '../events.js'
import { placesFrom } from '../paths.js'
import { nameFlag } from '../spec/index.js'
import type { FoundLab } from './find.js'
import { openLab } from './open.js'
import { requireKnownRunning } from './visibility.js'

export interface SupervisedContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly emit: Emit
  readonly signal?: AbortSignal | undefined
}

/**
 * The lab of that name. One whose supervisor has died gets another, which adopts its servers as they are.
 *
 * @throws LabError `lab-not-found` when the lab is not running; `bad-input`, `lab-damaged`, `lab-state-unknown`
 */
export async function supervisedLab(
  name: string,
  context: SupervisedContext,
): Promise<Extract<FoundLab, { kind: 'running' }>> {
  const places = placesFrom(context.env)
  const found = await requireKnownRunning(places, name)
  if (found.kind === 'running') return found
  if (!found.record.formed || !found.run.formed) throw gone(name)
  // The lab is adopted as it is, whatever the environment would ask of one that is begun.
  const { REDIS_LAB_PASSWORD: _password, REDIS_LAB_REDIS: _redis, ...env } = context.env
  const opened = await openLab({ name }, { ...context, env, leased: false })
  if (opened.kind === 'started') opened.line.hangUp()
  const now = await requireKnownRunning(places, name)
  if (now.kind === 'running') return now
  throw gone(name)
}

function gone(name: string): LabError {
  return new LabError({
    code: 'lab-not-found',
    message: `the supervisor of the lab "${name}" died while the lab was starting`,
    hint: `Start it anew with: redis-lab up${nameFlag(name)}`,
  })
}
