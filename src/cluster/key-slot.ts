/**
 * Which slot a key belongs to: CRC16 of the key, or of its {hash tag}, modulo 16384. Source: keyHashSlot in Redis's cluster.c.
 *
 * Our own, because the package that Node clients use takes another part of a key such as "{}b}" or "a{}{b}c" for its tag.
 */
import { slotCount, type SlotRange } from './topology.js'

/** From 0 to 16383. A text is its UTF-8 bytes, as clients send it. */
export const slotOf = (key: string): number => crc16(Buffer.from(hashedPart(key))) % slotCount

/** What stands between the first `{` and the first `}` after it, where that is not empty; otherwise the whole key. */
function hashedPart(key: string): string {
  const open = key.indexOf('{')
  const close = open === -1 ? -1 : key.indexOf('}', open + 1)
  return close > open + 1 ? key.slice(open + 1, close) : key
}

/** CRC16-CCITT (XMODEM): polynomial 0x1021, initial value 0. */
function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1
  }
  return crc
}

export const isIn = (ranges: readonly SlotRange[], slot: number): boolean =>
  ranges.some(([first, last]) => slot >= first && slot <= last)

/** The slot of every key with this prefix, where a hash tag in it decides; undefined where the rest of the key does. */
export function slotOfPrefix(prefix: string): number | undefined {
  const [slot, ...others] = ['0', '1', '2'].map((rest) => slotOf(`${prefix}:${rest}`))
  return others.every((other) => other === slot) ? slot : undefined
}

/** The first of `prefix:n`, `prefix:n+1`… that belongs to one of these slots. With three masters every third key does. */
export function keyIn(ranges: readonly SlotRange[], prefix: string, from = 0): { key: string; n: number } {
  if (ranges.length === 0) throw new Error('no key belongs to no slot')
  const fixed = slotOfPrefix(prefix)
  if (fixed !== undefined && !isIn(ranges, fixed)) throw new Error(`every key with this prefix is in slot ${fixed}`)
  for (let n = from; ; n++) {
    const key = `${prefix}:${n}`
    if (isIn(ranges, slotOf(key))) return { key, n }
  }
}
