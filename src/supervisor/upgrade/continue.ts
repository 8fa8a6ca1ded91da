/**
 * An upgrade that stopped on its way and is asked for again: what crashed meanwhile is started again first.
 *
 * Nobody else would do so: the supervisor has given up on such a node, and a lab with a node that is down is not upgraded. That
 * the same upgrade goes on when it is asked for again is what its error says.
 */
import { LabError } from '../../errors.js'
import type { RedisNode } from '../../node/index.js'
import { until } from '../../util/until.js'
import { applyVerb } from '../node-verbs.js'
import type { Restarts } from '../restarts.js'

export interface ContinueContext {
  readonly nodes: readonly RedisNode[]
  readonly restarts: Restarts
  /** From Date.now(). */
  readonly deadline: number
  readonly signal: AbortSignal
}

/** @throws LabError `upgrade-failed` with why a node does not start; the reason of `signal` */
export async function startCrashed({ nodes, restarts, deadline, signal }: ContinueContext): Promise<void> {
  const crashed = nodes.filter(({ state }) => state === 'crashed')
  const outcomes = await Promise.allSettled(
    crashed.map((node) => applyVerb('start', node, restarts, { deadline, restart: true })),
  )
  signal.throwIfAborted()
  for (const [index, outcome] of outcomes.entries())
    if (outcome.status === 'rejected') throw notStarted(crashed[index]?.name ?? '', LabError.from(outcome.reason))
}

/**
 * The first answer that is none of an unfinished start: nodes that were started a moment ago still load, or resynchronize.
 *
 * @throws what the last look threw, at the deadline; the reason of `signal`
 */
export async function onceWhole<Answer>(
  look: () => Promise<Answer>,
  { deadline, signal }: Pick<ContinueContext, 'deadline' | 'signal'>,
): Promise<Answer> {
  let last: unknown
  const attempt = async () => {
    try {
      return { answer: await look() }
    } catch (error) {
      last = error
      return undefined
    }
  }
  const found = await until(attempt, { deadline, pollMs: 50, signal })
  if (!found) throw last
  return found.answer
}

const notStarted = (name: string, failure: LabError): LabError =>
  new LabError(
    {
      ...failure.toJSON(),
      code: 'upgrade-failed',
      message: `the upgrade cannot continue: ${failure.message}`,
      details: [...failure.details, `not started: ${name}`],
    },
    { cause: failure },
  )
