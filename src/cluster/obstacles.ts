/** Errors that end a wait before its deadline: an answer that no amount of time can change. */
import { LabError } from '../errors.js'
import type { Member, Shape } from './member.js'
import { obstacleIn } from './obstacle-in.js'

class CannotImprove extends Error {}

export const cannotImprove = (error: unknown): boolean => error instanceof Error && error.cause instanceof CannotImprove

/** Answers, and observations, that may be there for good; whether they are depends on the lab. */
const mayBeFinal =
  /\b(NOREPLICAS|OOM|NOAUTH|NOPERM|WRONGPASS)\b|invalid password|max number of clients|link to its master is not up/

/** @throws LabError `not-ready` that cannotImprove() knows, when the answer cannot change with the configuration of this lab */
export async function requirePossible(member: Member, answer: string, shape: Shape): Promise<void> {
  if (!mayBeFinal.test(answer)) return
  // A node that cannot tell more may be about to end: that is for others to notice.
  const obstacle = await obstacleIn(member, answer, shape).catch(() => undefined)
  if (!obstacle) return
  const message = `${member.name} (port ${member.port}) ${obstacle.problem}`
  const details = [`its answer: ${answer}`]
  throw new LabError({ code: 'not-ready', message, hint: obstacle.hint, details }, { cause: new CannotImprove(answer) })
}
