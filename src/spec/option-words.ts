/** Options as a command line takes them: the way back from a LabSpec to flags, for commands that a hint prints. Pure. */
import { shellWord } from './command-for.js'
import { spellModule } from './module.js'
import { flagName, metaOf } from './option.js'
import { labShape, type LabSpec } from './spec.js'

/**
 * `--set 'maxmemory 50mb'`: a flag and its value, ready for a shell.
 *
 * @returns several words for a list, none for an option that is not set or has no flag for this value
 */
export function optionWords(spec: LabSpec, key: keyof LabSpec): string[] {
  const flag = flagName(metaOf(labShape, key))
  return valuesOf(spec, key).map((value) => (value === '' ? flag : `${flag} ${shellWord(value)}`))
}

/** The text of each value; an empty text stands for a switch that is on. */
function valuesOf(spec: LabSpec, key: keyof LabSpec): string[] {
  const special = texts[key]
  if (special) return special(spec)
  const value = spec[key]
  if (typeof value === 'boolean') return value ? [''] : []
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
}

const texts: { readonly [Key in keyof LabSpec]?: (spec: LabSpec) => string[] } = {
  set: ({ set }) => set.map(({ name, value }) => `${name} ${value}`),
  modules: ({ modules }) => modules.map(spellModule),
  redisFor: ({ redisFor }) => Object.entries(redisFor).map(([node, release]) => `${node}=${release}`),
  // The flag is --no-restart, and there is none for the default.
  restart: ({ restart }) => (restart ? [] : ['']),
  timeout: ({ timeout }) => [`${timeout}ms`],
  // Never on a command line: "-" reads it from standard input.
  password: ({ password }) => (password === undefined ? [] : ['-']),
}
