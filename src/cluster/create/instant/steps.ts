/** The steps of forming instantly. Each waits for the fact that it needs, on every node that it concerns. */
import { LabError } from '../../../errors.js'
import { until } from '../../../util/until.js'
import { ReplyError } from '../../../node/index.js'
import type { Member, Shape } from '../../member.js'
import { isMaster, type NodeLine } from '../../nodes-text.js'
import { requirePossible } from '../../obstacles.js'
import { probeWrite } from '../../probe.js'
import { askInfo, askNodes, isServing } from '../../view.js'
import { patiently } from '../patiently.js'
import type { Target, TargetMaster, TargetReplica } from './target.js'

export interface Patience {
  /** From Date.now(). */
  readonly deadline: number
  readonly signal: AbortSignal
  readonly shape: Shape
}

/**
 * A question that is refused, or lost on the way, is asked again: a replica, for one, answers little while it loads what its
 * master sent.
 *
 * @throws LabError `create-failed` naming what did not come about, and on which node; `not-ready` at once when it never can
 */
export async function everyone<Part extends { readonly server: Member }>(
  parts: readonly Part[],
  what: string,
  holds: (part: Part) => Promise<boolean>,
  { deadline, signal, shape }: Patience,
): Promise<void> {
  const pollMs = parts.length > 20 ? 10 : 1
  await Promise.all(
    parts.map(async (part) => {
      let refusal: Error | undefined
      const ask = async () => {
        try {
          return (await holds(part)) || undefined
        } catch (error) {
          const { message } = error as Error
          if (message !== refusal?.message) await requirePossible(part.server, message, shape)
          refusal = error as Error
          return undefined
        }
      }
      if (!(await until(ask, { deadline, pollMs, signal }))) throw notReached(what, part.server, refusal)
    }),
  )
}

function notReached(what: string, member: Member, refusal: Error | undefined): LabError {
  const why = refusal ? `: ${refusal.message}` : ''
  const message = `forming instantly did not get as far as "${what}" on ${member.name}${why}`
  return new LabError({ code: 'create-failed', message }, { cause: refusal })
}

/** Every slot has an owner in its view, a ghost, and so it is "ok" before it is a master. */
export const isOk = ({ server }: { readonly server: Member }): Promise<boolean> => isServing(server)

/**
 * An order in which the masters can take over so that each is heard by all after it: there must be a connection from the one
 * to the other. Of any two, the one that booted later has called the other in its first moment, so that sorting by how many
 * they have called is such an order; it is checked nevertheless.
 *
 * @returns undefined when somebody has not been called yet
 */
export async function orderOfTakeovers(masters: readonly TargetMaster[]): Promise<TargetMaster[] | undefined> {
  const called = await Promise.all(
    masters.map(async (master) => {
      const lines = await linesById(master.server)
      return { master, others: new Set(masters.filter(({ id }) => id !== master.id && lines.get(id)?.linked)) }
    }),
  )
  const order = called.sort((a, b) => b.others.size - a.others.size)
  const complete = order.every(({ others }, index) => order.slice(index + 1).every(({ master }) => others.has(master)))
  return complete ? order.map(({ master }) => master) : undefined
}

/**
 * The masters take their slots over from their ghosts, one after the other: each has heard of the one before, so that every
 * epoch is a new one.
 *
 * @returns the epoch of each
 */
export async function takeOver(order: readonly TargetMaster[], patience: Patience): Promise<Map<TargetMaster, number>> {
  const epochs = new Map<TargetMaster, number>()
  let last = 0
  for (const master of order) {
    const epochOf = async (key: string) => Number((await askInfo(master.server, 'CLUSTER', 'INFO')).get(key))
    await everyone(
      [master],
      'takeovers in turn',
      async () => (await epochOf('cluster_current_epoch')) >= last,
      patience,
    )
    last = await patiently([master.server], patience, async () => {
      const client = await master.server.client()
      // In one round trip: with many masters each one counts.
      const taken = client.call('CLUSTER', 'FAILOVER', 'TAKEOVER').catch(unlessMaster)
      const [, epoch] = await Promise.all([taken, epochOf('cluster_my_epoch')])
      return epoch
    })
    epochs.set(master, last)
  }
  return epochs
}

/** It has taken over already, and only the answer was lost. */
function unlessMaster(error: unknown): null {
  if (error instanceof ReplyError && /You should send CLUSTER FAILOVER to a (replica|slave)/i.test(error.message))
    return null
  throw error
}

/** It sees every master with its slots. */
export async function seesOwners({ masters }: Target, { server }: { readonly server: Member }): Promise<boolean> {
  const lines = await linesById(server)
  return masters.every(({ id, slots }) => {
    const line = lines.get(id)
    return line !== undefined && isMaster(line) && line.slots.join(' ') === slots.join(' ')
  })
}

export async function forget({ server }: TargetMaster, ids: readonly string[]): Promise<void> {
  const client = await server.client()
  const lines = await linesById(server)
  await Promise.all(ids.filter((id) => lines.has(id)).map((id) => client.call('CLUSTER', 'FORGET', id)))
}

/** Its cron has run once and has told its replication whose replica it is. */
export async function hasMaster({ server }: TargetReplica): Promise<boolean> {
  return (await askInfo(server, 'INFO', 'replication')).get('role') === 'slave'
}

export async function isLinked({ server }: TargetReplica): Promise<boolean> {
  return (await askInfo(server, 'INFO', 'replication')).get('master_link_status') === 'up'
}

/** One write moves the offsets of a master's replicas off 0, so that the next word they send shows them as available. */
export async function stir({ server, slots }: TargetMaster): Promise<boolean> {
  const [first] = slots
  const lack = first && (await probeWrite(await server.client(), first, 0))
  if (lack !== undefined) throw new Error(lack)
  return true
}

export async function hasOffset({ server }: TargetReplica): Promise<boolean> {
  return Number((await askInfo(server, 'INFO', 'replication')).get('slave_repl_offset')) > 0
}

async function linesById(member: Member): Promise<Map<string, NodeLine>> {
  return new Map((await askNodes(member)).map((line) => [line.id, line]))
}
