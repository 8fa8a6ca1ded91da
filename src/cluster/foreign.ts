/** Nodes of the cluster that are not nodes of the lab: a user added them, and the lab neither starts nor stops them. */
import type { NodeClient } from '../node/index.js'
import type { Climb } from './climb.js'
import type { Member } from './member.js'
import { addressOf, membershipOf, ownsSlots } from './membership.js'
import { canBeAsked } from './member.js'
import type { NodeLine } from './nodes-text.js'

/** As any node of the lab sees them; former identities of nodes of the lab are not among them. */
export function foreignNodes({ members, views }: Pick<Climb, 'members' | 'views'>): NodeLine[] {
  const ports = new Set(members.map(({ port }) => port))
  const foreign = [...views.values()].flatMap((lines) => membershipOf(members, lines).foreign)
  const known = foreign.filter(({ port, flags }) => !ports.has(port) && !flags.includes('handshake'))
  return [...new Map(known.map((line) => [line.id, line])).values()]
}

export interface ForeignRefusal {
  /** Such as `127.0.0.1:7007, which is not of this lab, does not answer`. */
  readonly reason: string
  /** It is there, and may serve in a moment. */
  readonly answers: boolean
}

/** Foreign owners of slots that do not serve them, by their ids. */
export async function askForeignOwners(climb: Climb): Promise<Map<string, ForeignRefusal>> {
  const owners = foreignNodes(climb).filter(ownsSlots)
  const caller = climb.members.find((member) => canBeAsked(member) && !climb.outside.has(member))
  const refusals = await Promise.all(
    owners.map(async (line): Promise<[string, ForeignRefusal][]> => {
      const refusal = await refusalOf(caller, line)
      if (!refusal) return []
      const reason = `${addressOf(line)}, which is not of this lab, ${refusal.reason}`
      return [[line.id, { ...refusal, reason }]]
    }),
  )
  return new Map(refusals.flat())
}

async function refusalOf(caller: Member | undefined, { host, port }: NodeLine): Promise<ForeignRefusal | undefined> {
  if (!caller) return { reason: 'cannot be asked', answers: false }
  let client: NodeClient | undefined
  try {
    client = await caller.connectTo(host, port)
    const state = /^cluster_state:(\w+)/m.exec(await client.text('CLUSTER', 'INFO'))?.[1]
    return state === 'ok' ? undefined : { reason: `is in cluster_state "${state}"`, answers: true }
  } catch (error) {
    return { reason: `does not answer (${(error as Error).message})`, answers: false }
  } finally {
    client?.close()
  }
}
