/** Whether a build takes the directives that a user sets; if not, since when which one does. */
import type { LabError } from '../../errors.js'
import { compareVersions, lineOf, type Build } from '../../release/index.js'
import { badInput, type Directive } from '../../spec/index.js'
import { nearestWord } from '../../util/did-you-mean.js'
import { allDirectives, directivesOf, isComplete, lifeOf, type Version } from './history.js'

/** From this version on Redis's own modules have directives without a dot. */
const redisModulesWithoutDot = '8.0.0'

export interface Refusal {
  readonly sentence: string
  /** What has it, in words; undefined where nothing has. */
  readonly hint: string | undefined
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
  // Nobody's password is put into a log.
  const said = `--set "${name} ${/pass|auth/.test(name) ? '…' : value}"`
  const mine = lifeOf(name, engine, version)
  const other = engine === 'redis' ? 'valkey' : 'redis'
  const theirs = lifeOf(name, other).came
  const lacks = `${said}: ${titles[engine]} ${version} does not have it`
  if (mine.came !== undefined) {
    const sentence = `${lacks}; it came with ${titles[engine]} ${short(mine.came)}`
    return { sentence, hint: releaseHint(engine, mine.came) }
  }
  if (mine.went !== undefined) {
    const sentence = `${lacks} any more; it went with ${titles[engine]} ${short(mine.went)}`
    return { sentence, hint: `Releases before ${titles[engine]} ${short(mine.went)} have it.` }
  }
  if (theirs !== undefined) {
    const sentence = `${lacks}; only ${titles[other]} has it, from ${short(theirs)} on`
    return { sentence, hint: releaseHint(other, theirs) }
  }
  const meant = nearestWord(name, directivesOf(build)) ?? nearestWord(name, allDirectives())
  const question = meant === undefined ? '' : `; did you mean ${meant}?`
  const sentence = `${said}: no version of Redis or Valkey that is known here has a directive "${name}"${question}`
  return { sentence, hint: undefined }
}

const titles: Readonly<Record<Build['engine'], string>> = { redis: 'Redis', valkey: 'Valkey' }

/** 7.2 for the first version of that line, which is what people call it. */
const short = (version: string): string => version.replace(/\.0$/, '')

function releaseHint(engine: Build['engine'], came: string): string {
  if (engine === 'redis') return `Take a release that has it, such as --redis ${lineOf(came)}.`
  return `Take a release that has it: --redis with the address or the path of Valkey ${short(came)} or later, or valkey@distro:SUITE where a distribution has one.`
}

function inOne(refusals: readonly Refusal[]): LabError {
  const [hint, ...others] = new Set(refusals.map((refusal) => refusal.hint))
  return badInput(
    refusals.map(({ sentence }) => sentence),
    others.length === 0 && hint !== undefined ? hint : 'redis-lab versions lists the releases that can be had by their version.',
  )
}
