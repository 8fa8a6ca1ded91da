/** What nodes see differently, as far as they will come to agree about it by themselves. Pure. */
import { isMaster, troubleOf, type NodeLine } from '../../nodes-text.js'
import type { Present } from './sight.js'

/**
 * A node tells everybody what it is and which slots it claims, and of two claims the later one wins. So whoever has not heard
 * yet will hear. A slot that nobody claims, or a node that is not known, is no quarrel: waiting changes nothing.
 *
 * @returns a line for each of two that do not agree
 */
export function quarrelsOf(nodes: readonly Present[]): string[] {
  const ids = new Set(nodes.map(({ me }) => me.id))
  return nodes.flatMap(({ name, lines }) => {
    const byId = new Map(lines.map((line) => [line.id, line]))
    const about = nodes.flatMap((other) => {
      const line = byId.get(other.me.id)
      const what = line && difference(line, other.me, ids)
      return what === undefined ? [] : [`${name} ${what} ${other.name}`]
    })
    const greeting = lines.some((line) => line.flags.includes('handshake')) ? [`${name} is meeting another node`] : []
    return [...about, ...greeting]
  })
}

function difference(seen: NodeLine, own: NodeLine, ids: ReadonlySet<string>): string | undefined {
  const trouble = troubleOf(seen)
  if (trouble !== undefined) return `sees "${trouble}" of`
  if (!seen.linked && !seen.flags.includes('myself')) return 'has no connection to'
  // Of a master that others have forgotten they will never hear.
  const ofStranger = own.masterId !== null && !ids.has(own.masterId)
  if (isMaster(seen) !== isMaster(own) || (!ofStranger && seen.masterId !== own.masterId)) {
    return 'does not know the role of'
  }
  const known = new Set(seen.slots.map(String))
  const unheard = own.slots.filter((range) => !known.has(String(range)))
  const covered = unheard.every(([first, last]) => seen.slots.some(([from, to]) => from <= first && last <= to))
  return covered ? undefined : 'does not know the slots of'
}
