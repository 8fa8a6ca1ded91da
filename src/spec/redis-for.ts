/** `--redis-for`: releases of single nodes, by the names that the plan gives them. Pure. */
import { quoted } from '../util/text.js'
import { isAddress } from './release-text.js'

/** m1 … for masters, r1 … for replicas; the rest of what a text says is for whoever knows the plan. */
const planned = /^[mr][1-9]\d{0,3}$/

const form = 'takes NODE=RELEASE, such as r1=8.0.6'

/** Each release is read as that of `--redis`. @returns a sentence about what is wrong with the first that is wrong */
export function parseRedisFor(
  given: readonly string[] | Readonly<Record<string, string>>,
): Record<string, string> | string {
  const pairs: (readonly [string, string])[] = []
  if (isList(given)) {
    for (const text of given) {
      const at = text.indexOf('=')
      if (at === -1) return `${form}, not ${quoted(text)}`
      pairs.push([text.slice(0, at), text.slice(at + 1)])
    }
  } else pairs.push(...Object.entries(given))
  const releases = new Map<string, string>()
  for (const [node, release] of pairs) {
    if (!planned.test(node)) return `${quoted(node)} is no node of a plan: masters are m1, m2 …, replicas r1, r2 …`
    if (releases.has(node)) return `${node} is said twice`
    if (release === '' || /\p{Cc}/u.test(release)) return `${form}; the release of ${node} must be a single line`
    if (isAddress(release))
      return `an address needs its --sha256, which belongs to --redis alone: give ${node} the path of the archive`
    releases.set(node, release)
  }
  return Object.fromEntries(releases)
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
