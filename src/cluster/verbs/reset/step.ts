/** What a reset does to the cluster's nodes and their roles, step by step, and in words what each step has undone. Pure. */
import { unreachable } from '../../../errors.js'
import type { SlotRange } from '../../topology.js'

/** Nodes are named as they were planned: m1, r1. */
export type Step =
  /** It has no process, or one that is on its way up or down. */
  | { readonly kind: 'start'; readonly node: string; readonly was: string }
  | { readonly kind: 'resume'; readonly node: string }
  /** It runs and nobody can talk to it: another process of it has neither the pause nor the lock. */
  | { readonly kind: 'revive'; readonly node: string; readonly why: string }
  /**
   * The replica of a master that has no process takes its place first. A master that boots refuses to serve for 2 seconds, a
   * replica does not: the one that comes back is to find a master to follow, and takes over from it.
   */
  | { readonly kind: 'stand-in'; readonly node: string; readonly former: string }
  /** They do not agree yet, and will do so by themselves. */
  | { readonly kind: 'settle'; readonly quarrels: readonly string[] }
  /** A node that is not of this lab, or the former self of one that is. */
  | { readonly kind: 'forget'; readonly id: string; readonly by: readonly string[] }
  | { readonly kind: 'meet'; readonly node: string; readonly others: readonly string[] }
  /** A node whose id others do not take any more, for having been told to forget it. */
  | { readonly kind: 'rename'; readonly node: string; readonly by: readonly string[] }
  /** Slots that were on their way. */
  | { readonly kind: 'steady'; readonly node: string; readonly slots: readonly number[] }
  /** No slot is without a master meanwhile. */
  | { readonly kind: 'promote'; readonly node: string; readonly former: string }
  /** A planned master that replicates another planned master. There is no election that would make it a third. */
  | { readonly kind: 'detach'; readonly node: string; readonly former: string | null }
  | {
      readonly kind: 'give'
      readonly to: string
      readonly slots: readonly SlotRange[]
      readonly from: readonly string[]
    }
  | { readonly kind: 'follow'; readonly node: string; readonly master: string; readonly before: string | null }

/** Undefined for what undoes nothing by itself. */
export function stepInWords(step: Step): string | undefined {
  switch (step.kind) {
    case 'start':
      return step.was === 'starting' ? undefined : `${step.node} was ${step.was}: it runs again`
    case 'resume':
      return `${step.node} was paused: it runs on`
    case 'revive':
      return `${step.node} did not serve (${step.why}): it was killed and started again`
    case 'stand-in':
    case 'settle':
      return undefined
    case 'forget':
      return `${names(step.by)} knew a node that is not of this lab (${step.id.slice(0, 8)}): it is forgotten`
    case 'meet':
      return `${step.node} did not know ${names(step.others)}: they have met again`
    case 'rename':
      return `${names(step.by)} had forgotten ${step.node}, and would not know it again: it has another id`
    case 'steady':
      return `${slotWords(step.slots.map((slot) => [slot, slot]))} of ${step.node} was half moved: that is called off`
    case 'promote':
      return `${step.former} was the master in the place of ${step.node}: ${step.node} is it again`
    case 'detach':
      return `${step.node} was a replica of ${step.former ?? 'another node'}: it is a master again`
    case 'give':
      return `${slotWords(step.slots)} was with ${step.from.length > 0 ? names(step.from) : 'nobody'}: moved back to ${step.to}`
    case 'follow':
      return step.before === null
        ? `${step.node} was a master: it is a replica of ${step.master} again`
        : `${step.node} was a replica of ${step.before}: it is one of ${step.master} again`
    default:
      return unreachable(step)
  }
}

export const names = (all: readonly string[]): string =>
  all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`

const shownRanges = 6

function slotWords(ranges: readonly SlotRange[]): string {
  const shown = ranges
    .slice(0, shownRanges)
    .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
  const more = ranges.length - shown.length
  return `slot ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
