/** A master makes slots its own, whoever had them in its view. What others believe is not touched. */
import { isMyself } from '../../nodes-text.js'
import type { Member } from '../../member.js'
import { slotCount, type SlotRange } from '../../topology.js'
import { askNodes } from '../../view.js'

/** In one transaction with two commands, from 7.0 on: nobody sees a slot without an owner in between. */
export async function takeOwnership(member: Member, ranges: readonly SlotRange[]): Promise<void> {
  const lines = await askNodes(member)
  const taken = new Set<number>()
  const mine = new Set<number>()
  for (const line of lines) {
    for (const [first, last] of line.slots)
      for (let slot = first; slot <= last; slot++) (isMyself(line) ? mine : taken).add(slot)
  }
  const wanted = within(ranges, (slot) => !mine.has(slot))
  if (wanted.length === 0) return
  const others = within(wanted, (slot) => taken.has(slot))
  const client = await member.client()
  const calls = [
    client.call('MULTI'),
    ...(others.length > 0 ? [client.call('CLUSTER', 'DELSLOTSRANGE', ...others.flat())] : []),
    client.call('CLUSTER', 'ADDSLOTSRANGE', ...wanted.flat()),
  ]
  const [answers] = await Promise.all([client.call('EXEC'), ...calls])
  const refusal = Array.isArray(answers) ? (answers as unknown[]).find((answer) => answer instanceof Error) : undefined
  if (refusal) throw refusal
}

/** The parts of `ranges` whose slots are so. */
export function within(ranges: readonly SlotRange[], isSo: (slot: number) => boolean): SlotRange[] {
  const parts: [number, number][] = []
  for (const [from, to] of ranges) {
    for (let slot = from; slot <= to && slot < slotCount; slot++) {
      if (!isSo(slot)) continue
      const last = parts.at(-1)
      if (last && last[1] === slot - 1) last[1] = slot
      else parts.push([slot, slot])
    }
  }
  return parts
}
