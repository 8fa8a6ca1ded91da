/** From what was said (flags or arguments, then the environment) to a LabSpec, or to all the problems at once. */
import path from 'node:path'
import { inspect } from 'node:util'
import * as z from 'zod'
import { LabError } from '../errors.js'
import { escapeControls, quoted } from '../util/text.js'
import { flagName, metaOf, type OptionShape } from './option.js'
import { crossCheck, labShape, type LabOptions, type LabSpec } from './spec.js'

type Environment = Readonly<Record<string, string | undefined>>

export interface ResolvedSpec {
  readonly spec: LabSpec
  /** The options that somebody gave: the rest are defaults. */
  readonly given: ReadonlySet<string>
}

/**
 * Resolves the options of a lab: given > preset > environment > default.
 *
 * @param presets what the caller wants where nobody says otherwise; they do not count as given
 * @throws LabError `bad-input`, naming every problem.
 */
export function resolveLab(options: LabOptions, env: Environment, presets: LabOptions = {}): ResolvedSpec {
  const given = withEnvironment(labShape, options, withoutPreset(env, presets))
  const said = { ...presets, ...given }
  const spec = parseOptions(labShape, said) as LabSpec
  const problems = crossCheck(spec)
  if (problems.length > 0) throw badInput(problems)
  const dir = spec.dir === undefined ? undefined : path.resolve(spec.dir)
  return { spec: { ...spec, dir }, given: new Set(Object.keys(given)) }
}

/** The environment without the variables of options that are preset. */
function withoutPreset(env: Environment, presets: LabOptions): Environment {
  const variables = Object.keys(presets).map((key) => metaOf(labShape, key).env)
  return Object.fromEntries(Object.entries(env).filter(([name]) => !variables.includes(name)))
}

/** Adds what the environment says for options that were not given. An empty variable says nothing. */
export function withEnvironment(shape: OptionShape, options: object, env: Environment): Record<string, unknown> {
  const said = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  for (const key of Object.keys(shape)) {
    const { env: variable, read } = metaOf(shape, key)
    const text = variable && env[variable]
    if (text && said[key] === undefined) said[key] = read ? read(text) : text
  }
  return said
}

/** @throws LabError `bad-input` */
export function parseOptions(shape: OptionShape, said: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = z.strictObject(shape).safeParse(said)
  if (result.success) return result.data
  throw badInput([...new Set(result.error.issues.map((issue) => sentence(shape, said, issue)))])
}

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

function sentence(shape: OptionShape, said: Readonly<Record<string, unknown>>, issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `there is no option ${issue.keys.map(quoted).join(', ')}`
  const key = String(issue.path[0])
  const meta = metaOf(shape, key)
  const value = issue.path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], said)
  if (issue.code === 'custom' && issue.message) return `${flagName(meta)} ${spelled(value)}: ${issue.message}`
  return `${flagName(meta)} takes ${meta.expects ?? 'no value'}, not ${spelled(value)}`
}

/** As JSON spells it. What that has no words for is shown as a debugger would, and NaN, which it calls null, as NaN. */
function spelled(value: unknown): string {
  const asDebugger = () => escapeControls(inspect(value, { breakLength: Infinity }))
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return String(value)
  try {
    return escapeControls(JSON.stringify(value) ?? asDebugger())
  } catch {
    return asDebugger()
  }
}
