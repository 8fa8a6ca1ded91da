/** From what was said (flags or arguments, the environment, a config file) to a LabSpec, or to all the problems at once. */
import path from 'node:path'
import * as z from 'zod'
import { inFile, type ConfigFile } from './config-file.js'
import { flagName, metaOf, type OptionShape } from './option.js'
import { asFlags, badInput, problemsOf } from './problems.js'
import { crossCheck, labShape, type LabOptions, type LabSpec } from './spec.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Where a value comes from. What the library is given as an argument counts as a flag. */
export type ValueSource =
  | { readonly from: 'flag' | 'preset' | 'default' }
  | { readonly from: 'environment'; readonly name: string }
  | { readonly from: 'file'; readonly path: string }

export interface ResolvedSpec {
  readonly spec: LabSpec
  /** The options that somebody gave: the rest are defaults. */
  readonly given: ReadonlySet<string>
  readonly sources: Readonly<Record<keyof LabSpec, ValueSource>>
}

/** What counts beside the options and the environment. */
export interface Surroundings {
  readonly file?: ConfigFile | undefined
  /**
   * What the caller wants where no option says otherwise; it does not count as given. These are matters of the caller alone:
   * neither the environment nor a config file has a say in them.
   */
  readonly presets?: LabOptions | undefined
  /** The shape of the lab of that name, where there is one: it counts for whatever nobody gave. */
  readonly shapeOf?: ((name: string) => LabShape | undefined) | undefined
}

export type LabShape = Pick<LabSpec, 'masters' | 'replicas' | 'port'>

/**
 * Resolves the options of a lab: given > preset > environment > config file > default.
 *
 * @throws LabError `bad-input`, naming every problem
 */
export function resolveLab(
  options: LabOptions,
  env: Environment,
  { file, presets = {}, shapeOf }: Surroundings = {},
): ResolvedSpec {
  const closed = new Set(Object.keys(presets))
  // Both say where the lab is: whoever has one of them preset has decided on the other.
  if (closed.has('ephemeral')) closed.add('dir')
  const said = gather(labShape, options, withoutClosed(env, closed), file)
  const notTaken = said.fromFile.filter((key) => closed.has(key) || isReplaced(key, said))
  const given = Object.fromEntries(Object.entries(said.values).filter(([key]) => !notTaken.includes(key)))
  const spec = parse(labShape, { ...presets, ...given }, { ...said, values: given }, file) as LabSpec
  const sources = Object.fromEntries(
    Object.keys(labShape).map((key): [string, ValueSource] => {
      const source = key in given ? said.sources[key] : undefined
      return [key, source ?? { from: key in presets ? 'preset' : 'default' }]
    }),
  ) as ResolvedSpec['sources']
  const problems = crossCheck({ ...spec, ...shapeNotGiven(shapeOf?.(spec.name), given) }).map((sentence) =>
    withPlaces(sentence, sources, file),
  )
  if (problems.length > 0) throw badInput(problems)
  return { spec: withWholePaths(spec), given: new Set(Object.keys(given)), sources }
}

function shapeNotGiven(shape: LabShape | undefined, given: object): Partial<LabSpec> {
  if (!shape) return {}
  const left = Object.entries(shape).filter(([key]) => !(key in given))
  // What it was created from is no longer what says how many nodes it has.
  return { ...Object.fromEntries(left), from: undefined }
}

const withWholePaths = (spec: LabSpec): LabSpec => ({
  ...spec,
  dir: spec.dir === undefined ? undefined : path.resolve(spec.dir),
  acl: spec.acl === undefined ? undefined : path.resolve(spec.acl),
  modules: spec.modules.map(({ file, args }) => ({ file: path.resolve(file), args })),
})

/** `dir` and `ephemeral` exclude each other, `password` and `acl` too: one that is said takes the place of the other in the file. */
function isReplaced(key: string, { values, fromFile }: Gathered): boolean {
  const isSaid = (other: string) => values[other] !== undefined && !fromFile.includes(other)
  return (
    (key === 'ephemeral' && isSaid('dir')) ||
    (key === 'dir' && isSaid('ephemeral') && values['ephemeral'] === true) ||
    (key === 'password' && isSaid('acl')) ||
    (key === 'acl' && isSaid('password'))
  )
}

/** The environment without the variables of options that it has no say in. */
function withoutClosed(env: Environment, closed: ReadonlySet<string>): Environment {
  const variables = [...closed].map((key) => metaOf(labShape, key).env)
  return Object.fromEntries(Object.entries(env).filter(([name]) => !variables.includes(name)))
}

/** Resolves the options of one command or function; those of them that are a lab's may stand in a config file. */
export function resolveShape(
  shape: OptionShape,
  options: object,
  env: Environment,
  file?: ConfigFile,
): Record<string, unknown> {
  const said = gather(shape, options, env, file)
  return parse(shape, said.values, said, file)
}

interface Gathered {
  readonly values: Readonly<Record<string, unknown>>
  readonly sources: Readonly<Record<string, ValueSource>>
  /** Which of them are the file's. */
  readonly fromFile: readonly string[]
}

function gather(shape: OptionShape, options: object, env: Environment, file: ConfigFile | undefined): Gathered {
  const flags = sayings(options)
  const values = withEnvironment(shape, flags, env)
  const sources: Record<string, ValueSource> = {}
  for (const key of Object.keys(values)) {
    const { env: name } = Object.hasOwn(shape, key) ? metaOf(shape, key) : {}
    sources[key] = key in flags || !name ? { from: 'flag' } : { from: 'environment', name }
  }
  const fromFile: string[] = []
  for (const [key, value] of Object.entries(sayings(file?.values ?? {}))) {
    // Another command's option may have the same name and mean something else.
    const same = Object.hasOwn(shape, key) && shape[key] === labShape[key as keyof LabSpec]
    if (!file || !same || key in values) continue
    values[key] = value
    sources[key] = { from: 'file', path: file.path }
    fromFile.push(key)
  }
  return { values, sources, fromFile }
}

const sayings = (options: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

/** Adds what the environment says for options that were not given. An empty variable says nothing. */
function withEnvironment(shape: OptionShape, options: object, env: Environment): Record<string, unknown> {
  const said = sayings(options)
  for (const key of Object.keys(shape)) {
    const { env: variable, read } = metaOf(shape, key)
    const text = variable && env[variable]
    if (text && said[key] === undefined) said[key] = read ? read(text) : text
  }
  return said
}

/** @throws LabError `bad-input`: about all that was said, and all of the file, also what does not count here */
function parse(
  shape: OptionShape,
  all: Readonly<Record<string, unknown>>,
  { values, fromFile }: Gathered,
  file: ConfigFile | undefined,
): Record<string, unknown> {
  const result = z.strictObject(shape).safeParse(all)
  const said = Object.fromEntries(Object.entries(values).filter(([key]) => !fromFile.includes(key)))
  const ofFile = file ? problemsOf(labShape, sayings(file.values), inFile(file)) : []
  if (result.success && ofFile.length === 0) return result.data
  const ofSaid = problemsOf(shape, said, asFlags)
  throw badInput([...ofSaid, ...ofFile], ofSaid.length > 0 ? undefined : fileHint)
}

const fileHint = 'Correct the file, or leave it out: --no-config, in the library config: false.'

/** @throws LabError `bad-input` */
export function parseOptions(shape: OptionShape, said: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = z.strictObject(shape).safeParse(said)
  if (result.success) return result.data
  throw badInput(problemsOf(shape, said, asFlags))
}

/** The sentence, and where those of the options that it names stand that are a file's. */
function withPlaces(sentence: string, sources: Readonly<Record<string, ValueSource>>, file?: ConfigFile): string {
  if (!file) return sentence
  const flags = new Set(sentence.match(/--[a-z-]+/g))
  const keys = Object.keys(labShape).filter(
    (key) => flags.has(flagName(metaOf(labShape, key))) && sources[key]?.from === 'file',
  )
  const places = keys.map((key) => inFile(file).place([key], key))
  return places.length > 0 ? `${sentence} (${places.join(', ')})` : sentence
}
