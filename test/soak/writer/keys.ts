/** Keys with their values: none is written twice, so what is read tells exactly which write it was. */
import calculateSlot from 'cluster-key-slot'

export const slotOf = (key: string): number => calculateSlot(key)

/** Hash tags all over the slots, in their order: keys of one tag are written and read together. */
export const tags: readonly string[] = Array.from({ length: 48 }, (_, index) => `t${index}`).sort(
  (a, b) => slotOf(a) - slotOf(b),
)

export interface Share {
  /** Number of the writer, from 0. */
  readonly writer: number
  /** How many parts the slots fall into, as a rule one per master. A writer keeps to one. */
  readonly parts: number
}

/** The tag of a writer's batch: its part is all that a node that does not answer can hold up. */
export function tagFor({ writer, parts }: Share, batch: number): string {
  const perPart = tags.length / parts
  return tags[(writer % parts) * perPart + (batch % perPart)] ?? ''
}

export const keysOf = (share: Share, batch: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `soak:${share.writer}:{${tagFor(share, batch)}}:${batch}:${index}`)

export const tagOf = (key: string): string => /\{(.*)\}/.exec(key)?.[1] ?? ''
export const valueOf = (key: string): string => `value of ${key}`
