/** The proof that nothing of a cycle is left. */
import { until } from '../../../src/util/until.js'
import type { Place } from '../place.js'
import { Violation } from '../violation.js'
import { whatIsLeft, type Left } from './left.js'

/** What was orphaned by a kill goes by itself, "within seconds". */
const patienceMs = 15_000
const pollMs = 20

/** @throws Violation `leak` */
export async function proveNothingLeft(place: Place): Promise<void> {
  const { tolerance } = place
  // Nobody looks after orphans: waiting for them would be waiting in vain.
  if (tolerance !== 'orphans') await expectLeft(place, ({ rest }) => rest.length === 0)
  const left = await whatIsLeft(place)
  const everything = [...left.rest, ...left.deadLocks]
  if (everything.length === 0) return
  if (tolerance === 'nothing') throw leak(everything)
  place.journal.note(`to be pruned:\n${everything.join('\n')}`)
  await place.run('prune')
  await expectLeft(place, ({ rest, deadLocks }) => rest.length + deadLocks.length === 0)
}

async function expectLeft(place: Place, holds: (left: Left) => boolean): Promise<void> {
  let last: Left = { deadLocks: [], rest: [] }
  const ask = async () => holds((last = await whatIsLeft(place))) || undefined
  if (!(await until(ask, { deadline: Date.now() + patienceMs, pollMs }))) throw leak([...last.rest, ...last.deadLocks])
}

function leak(left: readonly string[]): Violation {
  return new Violation('leak', `${left.length} things were left behind`, left)
}
