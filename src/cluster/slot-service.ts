/**
 * Which slots are owned, and which of them clients are served from.
 *
 * The two differ when an owner is away, or is there but refuses commands: with `cluster-require-full-coverage yes` one lost master
 * makes every node refuse.
 */
import type { Climb } from './climb.js'
import { askForeignOwners } from './foreign.js'
import { canBeAsked, type Member } from './member.js'
import { isMyself, ownersBySlot, parseNodes, type NodeLine } from './nodes-text.js'
import { slotCount, type SlotRange } from './topology.js'

export interface UnservedSlots {
  readonly slots: readonly SlotRange[]
  /** Why, such as `m1 has crashed`. */
  readonly reason: string
}

export interface SlotService {
  /** Slots that have an owner. */
  readonly assigned: number
  /** Slots whose owner accepts commands. */
  readonly served: number
  /** The rest, by reason, in the order of their first slots. */
  readonly unserved: readonly UnservedSlots[]
}

export const allServed: SlotService = { assigned: slotCount, served: slotCount, unserved: [] }

/** Why nodes do not serve, by the ids of foreign ones; nodes without an entry do. */
export type Refusals = ReadonlyMap<Member | string, string>

/** Asks every node that can be asked for its view and its state, in one round trip; the views are those of now afterwards. */
export async function askWhoServes(climb: Climb): Promise<Refusals> {
  const { members, views, outside } = climb
  const refusals = new Map<Member | string, string>()
  await Promise.all(
    members.map(async (member) => {
      if (outside.has(member)) return
      if (!canBeAsked(member)) {
        refusals.set(member, `${member.name} ${member.state === 'crashed' ? 'has crashed' : `is ${member.state}`}`)
        return
      }
      try {
        const client = await member.client()
        const [lines, info] = await Promise.all([client.text('CLUSTER', 'NODES'), client.text('CLUSTER', 'INFO')])
        views.set(member, parseNodes(lines))
        const state = /^cluster_state:(\w+)/m.exec(info)?.[1]
        if (state !== 'ok') refusals.set(member, `cluster_state is "${state}" on ${member.name}`)
      } catch (error) {
        refusals.set(member, `${member.name}: ${(error as Error).message}`)
      }
    }),
  )
  for (const [id, { reason }] of await askForeignOwners(climb)) refusals.set(id, reason)
  return refusals
}

/** @param refusals of `askWhoServes()`, whose views are used */
export function slotServiceOf({ members, views }: Climb, refusals: Refusals): SlotService {
  const owners = ownersIn(members, views)
  const unserved = new Map<string, [number, number][]>()
  let assigned = 0
  let served = 0
  for (const [slot, owner] of owners.entries()) {
    if (owner) assigned++
    const reason = owner ? refusalOf(owner, members, refusals) : 'no node owns them'
    if (reason === undefined) {
      served++
      continue
    }
    const ranges = unserved.get(reason) ?? []
    const last = ranges.at(-1)
    if (last?.[1] === slot - 1) last[1] = slot
    else ranges.push([slot, slot])
    unserved.set(reason, ranges)
  }
  return { assigned, served, unserved: [...unserved].map(([reason, slots]) => ({ reason, slots })) }
}

function refusalOf(owner: NodeLine, members: readonly Member[], refusals: Refusals): string | undefined {
  return refusals.get(members.find(({ port }) => port === owner.port) ?? owner.id)
}

/** By slot. What a node says of itself counts, and of the others the newest that anybody knows; the higher epoch has the slot. */
function ownersIn(
  members: readonly Member[],
  views: ReadonlyMap<Member, readonly NodeLine[]>,
): readonly (NodeLine | undefined)[] {
  const claims = new Map<string, NodeLine>()
  for (const lines of views.values()) {
    for (const line of lines) {
      const known = claims.get(line.id)
      if (!known || isMyself(line) || (!isMyself(known) && line.epoch > known.epoch)) claims.set(line.id, line)
    }
  }
  return ownersBySlot([...claims.values()])
}
