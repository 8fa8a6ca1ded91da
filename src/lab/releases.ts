/** The builds of a lab: its own, and those of nodes that were given another release. */
import { canFollow, canTalk, isSameRelease, requireReadable, spellRelease, type Build } from '../release/index.js'
import { badInput, type LabSpec } from '../spec/index.js'

type Wish = Pick<LabSpec, 'redis' | 'sha256' | 'malloc' | 'tls'>
export type Install = (wish: Wish) => Promise<Build>

/** What each node runs that does not run what the lab runs, by its name. */
export type OwnBuilds = ReadonlyMap<string, Build>

/**
 * Installs what a lab needs, one release after the other. All that is nonsense is told before the first of them is built.
 *
 * @throws LabError as installRelease does
 */
export async function installAll(
  spec: Pick<LabSpec, 'redis' | 'sha256' | 'malloc' | 'tls' | 'redisFor'>,
  env: Readonly<Record<string, string | undefined>>,
  install: Install,
): Promise<{ build: Build; own: OwnBuilds }> {
  const { malloc, tls, redisFor } = spec
  const wishes = [...new Set(Object.values(redisFor))]
  if (wishes.length > 0) {
    requireReadable({ redis: spec.redis, sha256: spec.sha256 }, env)
    for (const redis of wishes) requireReadable({ redis }, env)
  }
  const build = await install(spec)
  const builds = new Map<string, Build>()
  for (const redis of wishes) builds.set(redis, await install({ redis, malloc, tls, sha256: undefined }))
  const own = Object.entries(redisFor).flatMap(([name, redis]): [string, Build][] => {
    const its = builds.get(redis)
    return its && its.server !== build.server ? [[name, its]] : []
  })
  return { build, own: new Map(own) }
}

interface Planned {
  readonly name: string
  readonly masterName?: string
}

/**
 * @throws LabError `bad-input` with a sentence for each pair that does not understand each other, and each replica that could
 *   not read what its master sends
 */
export function requireMixable(nodes: readonly Planned[], buildOf: (name: string) => Build): void {
  const deaf = pairsOf(nodes.map(({ name }) => buildOf(name))).filter(([one, other]) => !canTalk(one, other))
  if (deaf.length > 0) {
    throw badInput(
      deaf.map(
        ([one, other]) =>
          `${spellRelease(one)} and ${spellRelease(other)} do not understand each other as nodes of a cluster`,
      ),
      'Redis 7.2 and 7.4 cannot be mixed with releases before 7.0; 7.0 and 8.0 go with either.',
    )
  }
  const problems = nodes.flatMap(({ name, masterName }) => {
    if (masterName === undefined) return []
    const [replica, master] = [buildOf(name), buildOf(masterName)]
    if (isSameRelease(replica, master) || canFollow(replica, master)) return []
    return [`${name} (${spellRelease(replica)}) cannot follow its master ${masterName} (${spellRelease(master)})`]
  })
  if (problems.length === 0) return
  throw badInput(
    problems,
    'A replica reads what its master sends, in that format or an older one: give it the release of its master or a newer one with --redis-for.',
  )
}

/** Of different releases, each pair once. */
function pairsOf(builds: readonly Build[]): (readonly [Build, Build])[] {
  const releases = builds.filter((one, index) => builds.findIndex((other) => isSameRelease(one, other)) === index)
  return releases.flatMap((one, index) => releases.slice(index + 1).map((other) => [one, other] as const))
}
