/**
 * The arguments of a public function: what a caller in JavaScript passes may be anything. Every function of the library reads
 * its arguments through this file, so that a mistake is a LabError `bad-input` that names the call and the option, and nothing
 * else has happened then.
 */
import * as z from 'zod'
import type { LabError } from '../errors.js'
import { nearestWord } from '../util/did-you-mean.js'
import { quoted } from '../util/text.js'
import { optionMeta, type OptionShape } from './option.js'
import { badInput, problemsOf, spelled, type Wording } from './problems.js'
import { labShape } from './spec.js'

type Output<Shape extends OptionShape> = { [Key in keyof Shape]: z.output<Shape[Key]> }

/**
 * @param call as the caller wrote it: `lab.kill()`
 * @throws LabError `bad-input` for anything but a plain object of known options; undefined stands for none
 */
export function readOptions<Shape extends OptionShape>(call: string, shape: Shape, given: unknown): Output<Shape> {
  const options = ownOptions(call, given)
  const result = z.strictObject(shape).safeParse(options)
  if (result.success) return result.data as Output<Shape>
  throw wrong(problemsOf(shape, options, wordingFor(call)))
}

/** @throws LabError `bad-input` for anything that is not a plain object */
export function ownOptions(call: string, given: unknown): Record<string, unknown> {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong([`${call} takes an object of options, not ${spelled(given)}`])
  const inherited = []
  for (const key in given) if (!Object.hasOwn(given, key)) inherited.push(key)
  if (inherited.length > 0)
    throw wrong(inherited.map((key) => `${call}: the option ${quoted(key)} is inherited; pass it as the object's own`))
  // Accessors of a class are inherited too, and not enumerable. Of another realm the prototype is another object.
  const prototype: unknown = Object.getPrototypeOf(given)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw wrong([`${call} takes a plain object of options, not an instance of a class`])
  // An option that is undefined is one that is not given.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** @throws LabError `bad-input` */
export function readText(call: string, what: string, given: unknown): string {
  if (typeof given === 'string') return given
  throw wrong([`${call} takes ${what}, not ${spelled(given)}`])
}

/** @throws LabError `bad-input`, with the word that was probably meant */
export function readWord<Word extends string>(
  call: string,
  what: string,
  known: readonly Word[],
  given: unknown,
): Word {
  const word = known.find((one) => one === given)
  if (word !== undefined) return word
  const meant = typeof given === 'string' ? nearestWord(given, known) : undefined
  const question = meant === undefined ? '' : `; did you mean ${quoted(meant)}?`
  throw wrong([`${call} takes ${what}, not ${spelled(given)}${question}`], `${what}: ${known.join(', ')}`)
}

/** @throws LabError `bad-input` */
export function readIndex(call: string, given: unknown): number {
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0) return given
  throw wrong([`${call} takes an index from 0, not ${spelled(given)}`])
}

/** @throws LabError `bad-input` */
export function requireFunction(call: string, what: string, given: unknown): void {
  if (typeof given !== 'function') throw wrong([`${call} takes ${what}, not ${spelled(given)}`])
}

const wordingFor = (call: string): Wording => ({
  name: (_, key) => `${call}: ${key}`,
  switchTakes: 'true or false',
  place: (_, sentence) => (sentence.startsWith(call) ? sentence : `${call}: ${sentence}`),
})

const wrong = (
  problems: readonly string[],
  hint = 'The types of the package and its README have what each call takes.',
): LabError => badInput(problems, hint)

function option<Schema extends z.ZodType>(schema: Schema, expects: string): Schema {
  optionMeta.add(schema, { flag: '', description: '', expects })
  return schema
}

/** Options that several calls of the library have; the command line has flags of its own for some of them. */
export const callOptions = {
  timeout: labShape.timeout,
  signal: option(z.custom<AbortSignal>(isSignal, { error: () => '' }).optional(), 'an AbortSignal'),
  onEvent: option(
    z.custom<(event: never) => unknown>((value) => typeof value === 'function', { error: () => '' }).optional(),
    'a function',
  ),
  config: option(z.union([z.string(), z.literal(false)]).optional(), 'the path of a config file, or false'),
  restart: option(z.boolean().default(true), 'true or false'),
  toggle: option(z.boolean().optional(), 'true or false'),
  mode: option(z.enum(['agreed', 'force', 'takeover']).default('agreed'), '"agreed", "force" or "takeover"'),
  prefix: option(z.string().default('key'), 'a text'),
  replace: option(z.boolean().default(false), 'true or false'),
  snapshotName: option(z.string().optional(), 'the name of a snapshot'),
  folder: option(z.string().min(1).optional(), 'the path of a folder'),
  release: option(z.string(), 'a release, as --redis has it'),
}

/** One of another realm, as in a test runner, is no instance of this realm's class. */
function isSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { aborted, addEventListener, throwIfAborted } = value as Partial<AbortSignal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof throwIfAborted === 'function'
}
