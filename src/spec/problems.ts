/** What is wrong with what was said, in sentences. */
import { inspect } from 'node:util'
import * as z from 'zod'
import { LabError } from '../errors.js'
import { nearestWord } from '../util/did-you-mean.js'
import { escapeControls, quoted } from '../util/text.js'
import { withoutSecret } from './directive.js'
import { flagName, metaOf, type OptionShape } from './option.js'

export function badInput(
  problems: readonly string[],
  hint = 'redis-lab help COMMAND says what each option takes.',
): LabError {
  const [only] = problems
  if (problems.length === 1 && only) return new LabError({ code: 'bad-input', message: only, hint })
  return new LabError({
    code: 'bad-input',
    message: `${problems.length} things are wrong with what was given`,
    hint,
    details: problems,
  })
}

/** How sentences name what they are about. */
export interface Wording {
  /** `--masters`, or `masters` where it stands in a file. */
  readonly name: (shape: OptionShape, key: string) => string
  /** What a switch takes. */
  readonly switchTakes: string
  /** The sentence, with the place that it is about. */
  readonly place: (way: readonly PropertyKey[], sentence: string) => string
}

export const asFlags: Wording = {
  name: (shape, key) => flagName(metaOf(shape, key)),
  switchTakes: 'no value',
  place: (_, sentence) => sentence,
}

/** A sentence for each problem. */
export function problemsOf(shape: OptionShape, said: Readonly<Record<string, unknown>>, wording: Wording): string[] {
  const result = z.strictObject(shape).safeParse(said)
  const issues = result.error?.issues ?? []
  return [...new Set(issues.flatMap((issue) => sentences(shape, said, issue, wording)))]
}

function sentences(
  shape: OptionShape,
  said: Readonly<Record<string, unknown>>,
  issue: z.core.$ZodIssue,
  { name, switchTakes, place }: Wording,
): string[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
    return issue.keys.map((key) => place([key], `there is no option ${quoted(key)}${meantBy(key, Object.keys(shape))}`))
  }
  const key = String(issue.path[0])
  const given = issue.path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], said)
  const value = key === 'set' ? shownDirective(given) : given
  const { secret = false, expects = switchTakes } = metaOf(shape, key)
  const sentence =
    issue.code === 'custom' && issue.message
      ? `${name(shape, key)}${secret ? '' : ` ${spelled(value)}`}: ${issue.message}`
      : `${name(shape, key)} takes ${expects}${secret ? '' : `, not ${spelled(value)}`}`
  return [place(issue.path, sentence)]
}

function meantBy(key: string, known: readonly string[]): string {
  const meant = nearestWord(key, known)
  return meant === undefined ? '' : `; did you mean ${quoted(meant)}?`
}

/** What is no directive at all may still have a password somewhere in it. */
function shownDirective(given: unknown): unknown {
  if (typeof given === 'string') return withoutSecret(given)
  return typeof given === 'object' && given !== null ? (Array.isArray(given) ? ['…'] : { '…': '…' }) : given
}

/** As JSON spells it. What that has no words for is shown as a debugger would, and NaN, which it calls null, as NaN. */
export function spelled(value: unknown): string {
  const asDebugger = () => escapeControls(inspect(value, { breakLength: Infinity }))
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return String(value)
  try {
    return escapeControls(JSON.stringify(value) ?? asDebugger())
  } catch {
    return asDebugger()
  }
}
