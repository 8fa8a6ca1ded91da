/** Waiting for a failover that nobody asked for here. */
import { LabError } from '../../errors.js'
import { until } from '../../util/until.js'
import { isIn } from '../key-slot.js'
import { canBeAsked, type Member } from '../member.js'
import { isMaster } from '../nodes-text.js'
import type { SlotRange } from '../topology.js'
import { askNodes } from '../view.js'
import type { FailedOver } from './agreement.js'
import type { FailoverOptions } from './failover.js'

const pollMs = 10

/**
 * Waits for a failover that comes by itself, or has come already: another node is master in the place of `former`.
 *
 * @param former who has the slots, or had them last
 * @param slots of `former`, in its best days
 * @returns when every node that can be asked sees one and the same other node as the owner of all of them
 * @throws LabError `failover-failed` at the deadline, with what each node saw last
 */
export async function awaitFailover(
  members: readonly Member[],
  former: Member,
  slots: readonly SlotRange[],
  { deadline, signal }: Pick<FailoverOptions, 'deadline' | 'signal'>,
): Promise<FailedOver> {
  let last: readonly string[] = []
  const agreed = async () => {
    const seen = await Promise.all(members.filter(canBeAsked).map((member) => successorSeenBy(member, former, slots)))
    last = seen.map(({ said }) => said)
    const ports = new Set(seen.map(({ port }) => port))
    const [port] = ports
    return ports.size === 1 ? members.find((member) => member.port === port) : undefined
  }
  const promoted = await until(agreed, { deadline, pollMs, signal })
  if (promoted) return { promoted, demoted: former }
  throw new LabError({
    code: 'failover-failed',
    message: `no other node is the master in the place of ${former.name} for every node`,
    hint: 'A replica is elected when its master was away for longer than cluster-node-timeout; most masters have to be there.',
    details: last,
  })
}

async function successorSeenBy(
  member: Member,
  former: Member,
  slots: readonly SlotRange[],
): Promise<{ port: number | undefined; said: string }> {
  const say = (what: string) => `${member.name} (port ${member.port}): ${what}`
  try {
    const [[wanted] = []] = slots
    const owner = (await askNodes(member))
      .filter(isMaster)
      .find((line) => wanted !== undefined && isIn(line.slots, wanted))
    if (!owner) return { port: undefined, said: say(`it knows no owner of the slots of ${former.name}`) }
    if (owner.port === former.port) return { port: undefined, said: say(`it sees ${former.name} as their owner`) }
    return { port: owner.port, said: say(`it sees port ${owner.port} as their owner`) }
  } catch (error) {
    return { port: undefined, said: say((error as Error).message) }
  }
}
