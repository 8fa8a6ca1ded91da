/** `--redis-for`: releases of single nodes, by the names that the plan gives them. Pure. */
import { quoted } from '../util/text.js'
import { isAddress } from './release-text.js'

/** m1 … for masters, r1 … for replicas; the rest of what a text says is for whoever knows the plan. */
const planned = /^[mr][1-9]\d{0,3}$/

const form = 'takes NODE=RELEASE, such as r1=8.0.6'

/** Where in what was given, and in words. */
export interface RedisForProblem {
  readonly at: string | number
  readonly problem: string
}

export type RedisFor = ReadonlyMap<string, string>

/** Each release is read as that of `--redis`. @returns the first thing that is wrong where any is */
export function parseRedisFor(given: readonly string[] | Readonly<Record<string, string>>): RedisFor | RedisForProblem {
  const releases = new Map<string, string>()
  for (const { at, node, release } of pairsOf(given)) {
    const problem = release === undefined ? form : problemOf(node, release, releases)
    if (release === undefined || problem !== undefined) return { at, problem: problem ?? form }
    releases.set(node, release)
  }
  return releases
}

interface Pair {
  readonly at: string | number
  readonly node: string
  readonly release: string | undefined
}

function pairsOf(given: readonly string[] | Readonly<Record<string, string>>): Pair[] {
  if (!isList(given)) return Object.entries(given).map(([node, release]) => ({ at: node, node, release }))
  return given.map((text, at) => {
    const end = text.indexOf('=')
    return end === -1
      ? { at, node: text, release: undefined }
      : { at, node: text.slice(0, end), release: text.slice(end + 1) }
  })
}

function problemOf(node: string, release: string, known: RedisFor): string | undefined {
  if (!planned.test(node)) return `${quoted(node)} is no node of a plan: masters are m1, m2 …, replicas r1, r2 …`
  if (known.has(node)) return `${node} is said twice`
  if (release === '' || /\p{Cc}/u.test(release)) return `${form}; the release of ${node} must be a single line`
  if (!isAddress(release)) return undefined
  return `an address needs its --sha256, which belongs to --redis alone: give ${node} the path of the archive`
}

const isList = (given: readonly string[] | Readonly<Record<string, string>>): given is readonly string[] =>
  Array.isArray(given)

/** A sentence for each node that a lab of this shape does not have. */
export function redisForProblems(
  releases: Readonly<Record<string, string>>,
  { masters, replicas }: { readonly masters: number; readonly replicas: number },
): string[] {
  const last = { m: masters, r: masters * replicas }
  return Object.keys(releases)
    .filter((node) => Number(node.slice(1)) > last[node.startsWith('m') ? 'm' : 'r'])
    .map((node) => {
      const has = last.r === 0 ? `m1 to m${last.m}` : `m1 to m${last.m} and r1 to r${last.r}`
      return `--redis-for ${node}: the lab has no such node, only ${has}`
    })
}
