/** Facts about all nodes that a step of a reset waits for. */
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../../../errors.js'
import { until } from '../../../util/until.js'
import { tickHz } from '../../create/instant/settings.js'
import type { ConfigOverrides, Release } from '../../config-override.js'
import { canBeAsked, type Member } from '../../member.js'
import { isMyself, type NodeLine } from '../../nodes-text.js'
import { askNodes } from '../../view.js'
import type { Present } from './sight.js'

export interface Patience {
  /** From Date.now(). */
  readonly deadline: number
  readonly signal: AbortSignal
}

/** How the nodes are made to talk while something is waited for. */
export interface ViewsOptions extends Patience {
  readonly config: ConfigOverrides
}

const pollMs = 10
/** Most news is told at once; what was not by then may be on its way for half a node timeout. */
const helpAfterMs = 60
const helpAgainMs = 400

/**
 * Waits until `missing` returns nothing, asking all nodes again and again and making them talk to each other.
 *
 * @param missing from what every node sees, a line for each thing that is not so yet
 * @throws LabError `reset-failed` with those lines, when the time is over
 */
export async function expectViews(
  members: readonly Member[],
  what: string,
  missing: (views: readonly Present[]) => readonly string[],
  { deadline, signal, config }: ViewsOptions,
): Promise<void> {
  let last: readonly string[] = []
  let helpAt = Date.now() + helpAfterMs
  const holds = async () => {
    const views = await Promise.all(members.filter(canBeAsked).map((member) => viewOf(member).catch(asError)))
    const errors = views.flatMap((view) => (view instanceof Error ? [view.message] : []))
    last = [...errors, ...missing(views.filter((view): view is Present => !(view instanceof Error)))]
    if (last.length === 0) return true
    if (Date.now() >= helpAt) {
      await gossip(members, config)
      helpAt = Date.now() + helpAgainMs
    }
    return undefined
  }
  if (await until(holds, { deadline, pollMs, signal })) return
  throw new LabError({ code: 'reset-failed', message: `this did not come about: ${what}`, details: last })
}

async function viewOf(member: Member): Promise<Present> {
  const lines = await askNodes(member)
  return { kind: 'there', name: member.name, me: lines.find(isMyself) as NodeLine, lines, ok: true }
}

const asError = (error: unknown): Error => error as Error

/** A run of serverCron at its usual pace, and one at that of a tick. */
const tickMs = 115
const shortTimeoutMs = (count: number): number => 200 + 10 * count

/**
 * Has every node ping all whom it has not heard for half of a node timeout, with a short one for about a tick: news that would
 * take seconds is everywhere then, and a flag that outlived its reason goes. Too short a moment for anybody to be suspected.
 */
export async function gossip(members: readonly Member[], config: ConfigOverrides): Promise<void> {
  const running = members.filter(canBeAsked)
  const releases: Release[] = []
  try {
    releases.push(await config.override(running, 'cluster-node-timeout', String(shortTimeoutMs(running.length))))
    releases.push(await config.override(running, 'hz', String(tickHz)))
    await sleep(tickMs)
  } catch {
    // A node that cannot be made to talk now will do so in its own time.
  } finally {
    await Promise.all(releases.map((release) => release()))
  }
}
