/** A measurement of readiness under way: who is asked, what counts as whole, and what was learned so far. */
import type { Member, Shape } from './member.js'
import type { NodeLine } from './nodes-text.js'

export interface Climb {
  readonly members: readonly Member[]
  readonly shape: Shape
  /** Every member's view of the cluster, as of when it was last asked to agree. */
  readonly views: Map<Member, readonly NodeLine[]>
  /** Nodes of the lab that were removed from the cluster, where that is allowed: nothing but to be alive is asked of them. */
  readonly outside: Set<Member>
}

export const startClimb = (members: readonly Member[], shape: Shape): Climb => ({
  members,
  shape,
  views: new Map(),
  outside: new Set(),
})
