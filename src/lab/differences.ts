/**
 * Whether an existing lab is the one that was asked for. Nothing is touched.
 *
 * Values are compared as they resolved: a release as the version that the lab runs, a port as the port that it has, a path as
 * the place that it leads to, directives as Redis reads them.
 */
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { satisfies, spellRelease, isSameRelease } from '../release/index.js'
import {
  flagName,
  labShape,
  metaOf,
  sameDirectives,
  type Directive,
  type LabSpec,
  type ModuleSpec,
  type ResolvedSpec,
} from '../spec/index.js'
import { buildOf, type LabRecord } from '../supervisor/index.js'
import { withoutLinks } from '../util/processes-in.js'

/** What a lab is made of. `wait` and `timeout` hold for one call. */
const lasting = [
  'masters',
  'replicas',
  'port',
  'redis',
  'sha256',
  'redisFor',
  'malloc',
  'tls',
  'set',
  'modules',
  'password',
  'acl',
  'creator',
  'from',
  'restart',
  'dir',
  'ephemeral',
] as const
export type Lasting = (typeof lasting)[number]
/** What a lab takes on when it starts the next time. */
const changeableWhenStopped: readonly Lasting[] = ['set', 'modules', 'restart']
/** Where a server has its data: with another value it starts without the data that it has. */
const dataDirectives = { appendonly: 'yes', appendfilename: '', appenddirname: '', dbfilename: '' }

/** An existing lab; its password is not in its record. */
export interface ExistingLab {
  readonly record: LabRecord
  readonly auth: Pick<LabSpec, 'password' | 'acl'>
}

export interface Difference {
  readonly key: Lasting
  /** `--set: the lab has none, you asked for "maxmemory 50mb"` */
  readonly line: string
  /** The lab can take it on when it starts the next time, and keeps its data. */
  readonly isChangeable: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * An option that was not given asks for nothing: `up` alone means the lab as it is.
 *
 * @throws LabError `release-unknown`, `bad-input` when a release that was asked for does not exist
 */
export function differencesTo(lab: ExistingLab, { spec, given }: ResolvedSpec, env: Environment): Difference[] {
  const differing = lasting.filter((key) => given.has(key) && !isSatisfied(key, lab, spec, env))
  return differing.map((key) => ({
    key,
    line: `${flagName(metaOf(labShape, key))}: ${inWords(key, lab, spec)}`,
    isChangeable: changeableWhenStopped.includes(key) && !(key === 'set' && movesData(lab.record.spec.set, spec.set)),
  }))
}

function movesData(has: readonly Directive[], wanted: readonly Directive[]): boolean {
  const valueOf = (set: readonly Directive[], directive: string, fallback: string) =>
    (set.findLast(({ name }) => name === directive)?.value ?? fallback).toLowerCase()
  return Object.entries(dataDirectives).some(
    ([name, fallback]) => valueOf(has, name, fallback) !== valueOf(wanted, name, fallback),
  )
}

/** How an option is compared that is not simply equal or not. */
const comparisons: { readonly [Key in Lasting]?: (lab: ExistingLab, spec: LabSpec, env: Environment) => boolean } = {
  redis: ({ record }, spec, env) => runs(record.build, spec, record.spec.redis, env),
  sha256: ({ record }, spec) => record.spec.sha256?.toLowerCase() === spec.sha256?.toLowerCase(),
  redisFor: ({ record }, spec, env) =>
    record.nodes.every((node) => {
      const redis = spec.redisFor[node.name]
      const build = buildOf(record, node)
      if (redis === undefined) return isSameRelease(build, record.build)
      return runs(build, { redis }, record.spec.redisFor[node.name], env)
    }),
  // Any port is one that "auto" may find.
  port: ({ record }, { port }) => port === 'auto' || port === record.nodes[0]?.port,
  set: ({ record }, { set }) => sameDirectives(record.spec.set, set),
  dir: ({ record }, { dir }) => dir !== undefined && withoutLinks(dir) === withoutLinks(record.dir),
  creator: ({ record }, { creator }) => creator === (record.creator ?? record.spec.creator),
  password: ({ auth }, { password }) => auth.password === password,
  acl: ({ auth }, { acl }) => auth.acl === acl,
}

function isSatisfied(key: Lasting, lab: ExistingLab, spec: LabSpec, env: Environment): boolean {
  const compare = comparisons[key]
  if (compare) return compare(lab, spec, env)
  return isDeepStrictEqual((lab.record.spec as Partial<LabSpec>)[key], spec[key])
}

/** A path means another place in another folder; any other text that is the same again asks for what the lab already has. */
function runs(
  build: LabRecord['build'],
  wanted: { readonly redis?: string | undefined; readonly sha256?: string | undefined },
  recorded: string | undefined,
  env: Environment,
): boolean {
  const isSameText = wanted.redis === recorded && recorded !== undefined
  // A source that is gone by now is not needed any more.
  return (isSameText && (!recorded.includes('/') || path.isAbsolute(recorded))) || satisfies(wanted, build, env)
}

function inWords(key: Lasting, { record, auth }: ExistingLab, spec: LabSpec): string {
  // Neither of the two passwords is printed.
  if (key === 'password') return `the lab has ${auth.password === undefined ? 'none' : 'another one'}`
  const resolved: { readonly [Key in Lasting]?: string } = {
    redis: spellRelease(record.build),
    port: String(record.nodes[0]?.port ?? record.spec.port),
    dir: record.dir,
    creator: spell('creator', record.creator ?? record.spec.creator),
    acl: spell('acl', auth.acl),
  }
  const has = resolved[key] ?? spell(key, (record.spec as Partial<LabSpec>)[key])
  return `the lab has ${has}, you asked for ${spell(key, spec[key])}`
}

function spell(key: Lasting, value: LabSpec[Lasting]): string {
  if (value === undefined) return key === 'from' || key === 'acl' || key === 'sha256' ? 'none' : 'the default'
  if (typeof value === 'object' && !isList(value))
    return (
      Object.entries(value)
        .map(([node, release]) => `${node}=${release}`)
        .join(', ') || 'none'
    )
  if (!isList(value)) return String(value)
  return value.length === 0 ? 'none' : value.map((one) => `"${spellPart(one)}"`).join(', ')
}

const isList = (value: LabSpec[Lasting]): value is LabSpec['set'] | LabSpec['modules'] => Array.isArray(value)

const spellPart = (one: Directive | ModuleSpec): string =>
  'file' in one ? [one.file, ...one.args].join(' ') : `${one.name} ${one.value}`
