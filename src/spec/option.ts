/**
 * What an option is, beside its type: how it is spelled as a flag and in the environment, and what to say about it.
 *
 * DESIGN. Each option is declared ONCE, as a zod schema registered here. Flags, environment names, `--help`, error sentences
 * and the README's tables are all read from that declaration.
 */
import * as z from 'zod'

export interface OptionMeta {
  /** As commander spells it: `--masters <count>`, `-f, --follow`. */
  readonly flag: string
  readonly description: string
  /** A flag of its own for leaving it out: `--no-config`. */
  readonly off?: { readonly flag: string; readonly description: string }
  /** What is given is nobody else's business: no sentence quotes it, and whoever shows options shows `hiddenSecret` instead. */
  readonly secret?: boolean
  /** Completes the sentence "--masters takes …". Switches take nothing. */
  readonly expects?: string
  /** The environment variable that gives it when the flag does not. */
  readonly env?: string
  /** May be said several times, where its default does not show that it takes a list. */
  readonly repeats?: true
  /** Turns the text of a flag or an environment variable into what the schema takes. */
  readonly read?: (text: string) => unknown
}

/** What stands where a secret would. */
export const hiddenSecret = '***'

export const optionMeta = z.registry<OptionMeta>()

/** A set of options that belong to one command or function. */
export type OptionShape = Readonly<Record<string, z.ZodType>>

export function metaOf(shape: OptionShape, key: string): OptionMeta {
  const schema = shape[key]
  const meta = schema && optionMeta.get(schema)
  if (!meta) throw new Error(`option ${key} was declared without its meta`)
  return meta
}

/** `--masters` out of `--masters <count>`; what a person typed and what errors name. */
export function flagName(meta: OptionMeta): string {
  return /--[a-z0-9-]+/.exec(meta.flag)?.[0] ?? meta.flag
}

/** A whole number written in digits, or the text itself, which the schema then refuses and the error quotes. */
export const readNumber = (text: string): unknown => (/^-?\d{1,15}$/.test(text) ? Number(text) : text)

/** Whether a command line may say it several times; it gets to the schema as a list then. */
export const isRepeated = (shape: OptionShape, key: string): boolean => {
  const schema = shape[key]
  return metaOf(shape, key).repeats === true || (schema !== undefined && Array.isArray(defaultOf(schema)))
}

/** What a table or a help text shows of a default: none of one that is no single value. */
export function shownDefault(schema: z.ZodType | undefined): unknown {
  const fallback = schema && defaultOf(schema)
  return typeof fallback === 'boolean' || typeof fallback === 'object' ? undefined : fallback
}

/** The option's default, if its declaration has one. */
export function defaultOf(schema: z.ZodType): unknown {
  return schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined
}
