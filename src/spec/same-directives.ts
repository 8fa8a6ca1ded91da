/**
 * Whether two lists of directives leave a server with the same configuration. Pure.
 *
 * Redis reads a file line by line: of a directive that takes one value the last line counts, `save` and `loadmodule` add up, and
 * `client-output-buffer-limit` has a value per class (config.c). So the order between different directives means nothing.
 */
import type { Directive } from './directive.js'
import { readWords } from './words.js'

export const sameDirectives = (one: readonly Directive[], other: readonly Directive[]): boolean =>
  effectOf(one) === effectOf(other)

const additive: ReadonlySet<string> = new Set(['save', 'loadmodule'])

function effectOf(set: readonly Directive[]): string {
  const effects = new Map<string, string[][]>()
  for (const directive of set) {
    const name = currentName(directive.name)
    const words = (readWords(directive.value) ?? [directive.value]).map(canonicalWord)
    if (name === 'client-output-buffer-limit') {
      const [kind = '', ...limits] = words
      effects.set(`${name} ${currentName(kind)}`, [limits])
    } else effects.set(name, additive.has(name) ? [...(effects.get(name) ?? []), words] : [words])
  }
  return JSON.stringify([...effects].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Names that Redis 5.0 and 7.0 replaced, and still takes. */
const currentName = (name: string): string =>
  name.toLowerCase().replaceAll('slave', 'replica').replaceAll('ziplist', 'listpack')

const units: Readonly<Record<string, number>> = {
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
}

/** `yes` in any case, and an amount of memory in bytes (memtoull in util.c). */
function canonicalWord(word: string): string {
  if (/^(yes|no)$/i.test(word)) return word.toLowerCase()
  const [, amount, unit = ''] = /^(\d+)(k|kb|m|mb|g|gb)$/i.exec(word) ?? []
  return amount === undefined ? word : String(BigInt(amount) * BigInt(units[unit.toLowerCase()] ?? 1))
}
