/**
 * Which nodes belong to the cluster: those of the lab, foreign ones that were added, and those of the lab that were removed. Pure.
 *
 * A user may change the cluster with `redis-cli --cluster add-node` or `del-node`; it is still whole, but differs from the plan.
 */
import type { Member } from './member.js'
import { isMaster, isMyself, troubleOf, type NodeLine } from './nodes-text.js'

export interface Membership {
  /** The line of each node of the lab that the view has. */
  readonly own: ReadonlyMap<Member, NodeLine>
  /** Lines of other nodes, and of former identities of nodes of the lab. */
  readonly foreign: readonly NodeLine[]
}

/** Sorts the lines of one view. */
export function membershipOf(members: readonly Member[], lines: readonly NodeLine[]): Membership {
  const own = new Map<Member, NodeLine>()
  for (const member of members) {
    const line = bestOf(lines.filter(({ port }) => port === member.port))
    if (line) own.set(member, line)
  }
  const known = new Set(own.values())
  return { own, foreign: lines.filter((line) => !known.has(line)) }
}

/** Of two lines for one address the one that is alive: the other is what the node was before it got a new id. */
const bestOf = (lines: readonly NodeLine[]): NodeLine | undefined =>
  lines.find(isMyself) ?? lines.find((line) => troubleOf(line) === undefined) ?? lines[0]

/** The cluster depends on it. */
export const ownsSlots = (line: NodeLine): boolean => isMaster(line) && line.slots.length > 0

/** The node knows no other node and owns no slots. */
export const isAlone = (lines: readonly NodeLine[]): boolean =>
  lines.length === 1 && lines.every((line) => isMyself(line) && line.slots.length === 0)

/** Nodes of the lab that are alone and that no other node knows: removed from the cluster, as by CLUSTER FORGET and RESET. */
export function outsidersOf(
  members: readonly Member[],
  views: ReadonlyMap<Member, readonly NodeLine[]>,
): ReadonlySet<Member> {
  const isKnown = (member: Member) =>
    members.some((other) => other !== member && views.get(other)?.some(({ port }) => port === member.port))
  return new Set(members.filter((member) => isAlone(views.get(member) ?? []) && !isKnown(member)))
}

/** Where a node that is not of the lab is reached. */
export const addressOf = ({ host, port }: NodeLine): string => `${host.includes(':') ? `[${host}]` : host}:${port}`
