/**
 * A replica takes its master's place, and everybody agrees that it has.
 *
 * CLUSTER FAILOVER answers at once and works later: an agreed failover waits for the replica to have every write, asks the
 * masters for their votes and may give up after 5 seconds without a word. So the answer says nothing; what every node then sees
 * does, and aid.ts helps where Redis leaves something undone.
 */
import { LabError } from '../../errors.js'
import type { FailoverMode } from '../../events.js'
import { commandFor } from '../../spec/index.js'
import { until } from '../../util/until.js'
import { canBeAsked, type Member } from '../member.js'
import { isMaster, isMyself, type NodeLine } from '../nodes-text.js'
import type { TemporaryChanges } from '../temporary-changes.js'
import { askInfo, askNodes, isServing } from '../view.js'
import { dissenters, type FailedOver } from './agreement.js'
import { Aid } from './aid.js'

export interface FailoverOptions {
  readonly mode: FailoverMode
  /** From Date.now(). */
  readonly deadline: number
  readonly signal?: AbortSignal | undefined
  readonly temporary: TemporaryChanges
}

const pollMs = 10

/**
 * @param target the replica that is to be master; of a master, the replica that has most of its writes is taken
 * @returns when every node that can be asked sees the new master with the slots of the former one, and the former one, where it
 *   is there, as its replica; and when all that have served clients before do so again
 * @throws LabError `wrong-state` when it cannot be begun; `failover-failed` at the deadline, with what each node saw last
 */
export async function failover(
  members: readonly Member[],
  target: Member,
  options: FailoverOptions,
): Promise<FailedOver> {
  const { mode, deadline, signal, temporary } = options
  const lines = await viewFor(members, target)
  const line = lineOf(lines, target)
  const promoted = line && isMaster(line) ? await bestReplica(members, target, line.id) : target
  const master = lines.find(({ id }) => id === (promoted === target ? line?.masterId : line?.id))
  const demoted = members.find((member) => member.port === master?.port)
  if (!master || !demoted) throw cannot(`${target.name} knows no master of its own yet`)
  if (!canBeAsked(promoted)) throw cannot(`${promoted.name} is ${promoted.state}`)
  if (mode === 'agreed' && !canBeAsked(demoted)) {
    throw cannot(
      `its master ${demoted.name} is ${demoted.state}, and an agreed failover needs it`,
      '--force asks only the other masters for their votes; --takeover asks nobody.',
    )
  }
  const slots = master.slots.join(' ')
  const served = await serving(members)
  const aid = new Aid({ promoted, demoted }, { mode, temporary })
  await aid.begin()
  let last: readonly string[] = []
  const agreed = async () => {
    last = await dissenters(members, { promoted, demoted, slots })
    const nowServing = last.length === 0 ? await serving(served) : []
    if (last.length === 0) {
      // Between two pieces of news the slots were nobody's, and a master that is not up for 2 seconds yet refuses its clients
      // until then. Whoever served them before does so again.
      const refusing = served.filter(canBeAsked).filter((member) => !nowServing.includes(member))
      last = refusing.map(({ name, port }) => `${name} (port ${port}): its cluster is down for a moment`)
      return refusing.length === 0 || undefined
    }
    // Whoever cannot be asked right now is asked again with the next look.
    await aid.give(members).catch(() => {})
    return undefined
  }
  try {
    if (await until(agreed, { deadline, pollMs, signal })) return { promoted, demoted }
  } finally {
    await aid.end()
  }
  throw new LabError({
    code: 'failover-failed',
    message: `not every node agrees that ${promoted.name} is the master in the place of ${demoted.name}`,
    hint: `${commandFor(promoted.lab, 'logs', promoted.name)} shows what Redis made of it; --timeout gives it more time.`,
    details: last,
  })
}

/** Those whose cluster is up, as they say themselves. */
async function serving(members: readonly Member[]): Promise<Member[]> {
  const asked = await Promise.all(
    members.filter(canBeAsked).map(async (member) => ((await isServing(member).catch(() => false)) ? [member] : [])),
  )
  return asked.flat()
}

/** Of its replicas that can be asked the one that has read furthest. */
async function bestReplica(members: readonly Member[], master: Member, masterId: string): Promise<Member> {
  const asked = await Promise.all(
    members.filter(canBeAsked).map(async (member) => {
      const [lines, info] = await Promise.all([askNodes(member), askInfo(member, 'INFO', 'replication')])
      // What each says of itself: others may not have heard yet whose replica it is.
      const isReplica = lines.find(isMyself)?.masterId === masterId
      return isReplica ? [{ member, offset: Number(info.get('slave_repl_offset')) }] : []
    }),
  )
  const [best] = asked.flat().sort((a, b) => b.offset - a.offset)
  if (!best) throw cannot(`${master.name} has no replica that could take its place`)
  return best.member
}

/** Its own view; where it is away, anybody's. */
async function viewFor(members: readonly Member[], target: Member): Promise<readonly NodeLine[]> {
  const witness = canBeAsked(target) ? target : members.find(canBeAsked)
  if (!witness) throw cannot('no node can be asked')
  return askNodes(witness)
}

const lineOf = (lines: readonly NodeLine[], { port }: Member): NodeLine | undefined =>
  lines.find((line) => line.port === port)

const cannot = (message: string, hint?: string): LabError => new LabError({ code: 'wrong-state', message, hint })
