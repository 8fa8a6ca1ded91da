/** The proof that no acknowledged write is lost. */
import type { LabStatus } from '../../../src/supervisor/index.js'
import type { Place } from '../place.js'
import { Violation } from '../violation.js'
import { lostOf } from '../writer/read-back.js'
import type { Writer } from '../writer/writer.js'

/** Counts the writes that were checked. @throws Violation `loss` */
export async function expectNothingLost(
  status: LabStatus,
  writer: Pick<Writer, 'acknowledged'>,
  place: Place,
): Promise<void> {
  // Of now: the writer may go on meanwhile.
  const acknowledged = new Map(writer.acknowledged)
  const lost = await lostOf(status, acknowledged)
  place.tally.writes += acknowledged.size
  place.journal.note(`${acknowledged.size} acknowledged writes, ${lost.length} lost`)
  if (lost.length === 0) return
  throw new Violation('loss', `${lost.length} of ${acknowledged.size} acknowledged writes are lost`, lost.slice(0, 20))
}
