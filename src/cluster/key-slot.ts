/** Which slot a key belongs to: the only door to the package that computes it (CRC16 of the key, or of its {hash tag}). */
import calculateSlot from 'cluster-key-slot'
import type { SlotRange } from './topology.js'

/** From 0 to 16383. */
export const slotOf = (key: string): number => calculateSlot(key)

export const isIn = (ranges: readonly SlotRange[], slot: number): boolean =>
  ranges.some(([first, last]) => slot >= first && slot <= last)

/** The first of `prefix:n`, `prefix:n+1`… that belongs to one of these slots. With three masters every third key does. */
export function keyIn(ranges: readonly SlotRange[], prefix: string, from = 0): { key: string; n: number } {
  if (ranges.length === 0) throw new Error('no key belongs to no slot')
  for (let n = from; ; n++) {
    const key = `${prefix}:${n}`
    if (isIn(ranges, slotOf(key))) return { key, n }
  }
}
