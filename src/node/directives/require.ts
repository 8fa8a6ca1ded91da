/** Whether a build takes the directives that a user sets; if not, since when which one does. */
import type { LabError } from '../../errors.js'
import { compareVersions, lineOf, titleOf } from '../../release/index.js'
import { badInput, type Directive } from '../../spec/index.js'
import { nearestWord } from '../../util/did-you-mean.js'
import { allDirectives, directivesOf, isComplete, lifeOf, type Version } from './history.js'

/** From this version on Redis's own modules have directives without a dot. */
const redisModulesWithoutDot = '8.0.0'

interface Refusal {
  readonly sentence: string
  /** The first version that has it, of those that are to be offered; undefined where there is none. */
  readonly first: Version | undefined
}

/** @throws LabError `bad-input` with a sentence for each directive that this build would refuse to start with */
export function requireKnown(build: Version, set: readonly Directive[], hasModules: boolean): void {
  const known = new Set(directivesOf(build))
  const foreign = hasModules || set.some(({ name }) => name === 'loadmodule')
  const unknown = set.filter(({ name }) => !known.has(name) && !mayBeModules(name, build, foreign))
  const refusals = unknown.flatMap((directive) => refusalOf(directive, build) ?? [])
  if (refusals.length > 0) throw inOne(refusals)
}

function mayBeModules(name: string, { engine, version }: Version, hasModules: boolean): boolean {
  if (name.includes('.')) return true
  return hasModules && engine === 'redis' && compareVersions(version, redisModulesWithoutDot) >= 0
}

/** @returns undefined where the table does not go far enough to tell: then the server itself decides */
function refusalOf({ name, value }: Directive, build: Version): Refusal | undefined {
  if (!isComplete(build)) return undefined
  const { engine, version } = build
  const mine = lifeOf(name, engine, version)
  const other = engine === 'redis' ? 'valkey' : 'redis'
  const theirs = lifeOf(name, other).came
  const lacks = `--set "${name} ${value}": ${titleOf(engine)} ${version} does not have it`
  if (mine.came !== undefined) {
    const sentence = `${lacks}; it came with ${titleOf(engine)} ${short(mine.came)}`
    return { sentence, first: { engine, version: mine.came } }
  }
  if (mine.went !== undefined) {
    const sentence = `${lacks} any more; it went with ${titleOf(engine)} ${short(mine.went)}`
    return { sentence, first: undefined }
  }
  if (theirs !== undefined) {
    const sentence = `${lacks}; only ${titleOf(other)} has it, from ${short(theirs)} on`
    return { sentence, first: { engine: other, version: theirs } }
  }
  // Of a name that nobody knows the value stays unsaid: it may be a password behind a misspelt requirepass.
  const meant = nearestWord(name, directivesOf(build)) ?? nearestWord(name, allDirectives())
  const question = meant === undefined ? '' : `; did you mean ${meant}?`
  const sentence = `--set "${name} …": no version of Redis or Valkey that is known here has a directive "${name}"${question}`
  return { sentence, first: undefined }
}

/** 7.2 for the first version of that line, which is what people call it. */
const short = (version: string): string => version.replace(/\.0$/, '')

function inOne(refusals: readonly Refusal[]): LabError {
  const sentences = refusals.map(({ sentence }) => sentence)
  return badInput(
    sentences,
    releaseFor(refusals) ??
      'The names are those of the release\'s own redis.conf; "redis-lab versions" lists the releases.',
  )
}

/** The release that has all of them, where there is one. */
function releaseFor(refusals: readonly Refusal[]): string | undefined {
  const firsts = refusals.map(({ first }) => first).sort((a, b) => (a && b ? compareVersions(a.version, b.version) : 0))
  const last = firsts.at(-1)
  if (!last || firsts.some((first) => first?.engine !== last.engine)) return undefined
  const what = refusals.length === 1 ? 'it' : 'them'
  return `Take a release that has ${what}: --redis ${last.engine === 'redis' ? '' : 'valkey@'}${lineOf(last.version)}`
}
