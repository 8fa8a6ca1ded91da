/**
 * Builds in the cache, and who needs them.
 *
 * A lab needs the builds that its lab.json names, of every node: while it runs, for a server that is started again; while it is down, for the
 * next `up`. Labs of another REDIS_LAB_STATE cannot be seen from here, but their servers can: no build is removed under those.
 */
import path from 'node:path'
import { LabError } from '../errors.js'
import type { Places } from '../paths.js'
import { listBuilds, removeBuild, type ShelvedBuild } from '../release/index.js'
import { nameFlag } from '../spec/index.js'
import { buildsOf } from '../supervisor/index.js'
import { notSeen, runningPrograms, withoutLinks } from '../util/processes-in.js'
import { labNames } from './entry.js'
import { findLab } from './find.js'

export interface BuildUser {
  readonly name: string
  /** Or about to be ended or adopted, or of unknown state; otherwise the lab is down, and its data is kept. */
  readonly running: boolean
}

export interface UsedBuild extends ShelvedBuild {
  readonly users: readonly BuildUser[]
  /** Of all processes that run one of its programs, whosoever they are. */
  readonly pids: readonly number[]
}

export interface BuildsInUse {
  readonly builds: readonly UsedBuild[]
  /** Why it is unknown what is needed: labs that cannot be read, processes that cannot be seen. */
  readonly problems: readonly string[]
}

/** Nothing of it is loaded by a start. */
export async function usedBuilds(places: Places): Promise<BuildsInUse> {
  const builds = await listBuilds(places.cache)
  const needs: (BuildUser & { readonly servers: readonly string[] })[] = []
  const problems: string[] = []
  for (const name of labNames(places)) {
    try {
      const found = findLab(places, name)
      if (found)
        needs.push({
          name,
          running: found.kind !== 'stopped',
          servers: buildsOf(found.record).map(({ server }) => server),
        })
    } catch (error) {
      problems.push(`${name}: ${LabError.from(error).message}`)
    }
  }
  const programs = runningPrograms()
  if (!programs) problems.push(unseen)
  const running = [...(programs ?? [])]
  const used = builds.map((build) => ({
    ...build,
    users: needs
      .filter(({ servers }) => servers.some((server) => isInside(build, server)))
      .map(({ name, running }) => ({ name, running })),
    pids: running.filter(([program]) => isInside(build, program)).flatMap(([, pids]) => pids),
  }))
  return { builds: used, problems }
}

const unseen = `which processes run a build is unknown: ${notSeen}`

const isInside = ({ dir }: ShelvedBuild, program: string): boolean =>
  withoutLinks(program).startsWith(withoutLinks(dir) + path.sep)

export interface RemovedBuilds {
  readonly removed: readonly Pick<ShelvedBuild, 'key' | 'sizeBytes'>[]
  /** Labs that are down and were made with one of them: their next `up` builds it again. */
  readonly kept: readonly string[]
}

/**
 * Removes builds by their keys: all of them, or none.
 *
 * @throws LabError `wrong-state` for one that is running, or may be; `bad-input` for a key of none. Nothing was touched then
 */
export async function removeBuilds(
  places: Places,
  keys: readonly string[],
  unknown: (key: string, known: readonly string[]) => LabError,
): Promise<RemovedBuilds> {
  const { builds, problems } = await usedBuilds(places)
  const known = builds.map(({ key }) => key)
  const chosen = [...new Set(keys)].map((key) => {
    const build = builds.find((one) => one.key === key)
    if (!build) throw unknown(key, known)
    return build
  })
  for (const build of chosen) requireIdle(build)
  if (problems.includes(unseen)) throw new LabError({ code: 'wrong-state', message: unseen })
  for (const { key } of chosen) await removeBuild(places.cache, key)
  return {
    removed: chosen.map(({ key, sizeBytes }) => ({ key, sizeBytes })),
    kept: [...new Set(chosen.flatMap(({ users }) => users.map(({ name }) => name)))],
  }
}

function requireIdle({ key, users, pids }: UsedBuild): void {
  const names = users.filter(({ running }) => running).map(({ name }) => name)
  const [first] = names
  if (first !== undefined) {
    throw new LabError({
      code: 'wrong-state',
      message: `the build ${key} is used by a lab that is running: ${names.join(', ')}`,
      hint: `Take it down first: redis-lab down${nameFlag(first)}`,
    })
  }
  if (pids.length === 0) return
  throw new LabError({
    code: 'wrong-state',
    message: `the build ${key} is used by servers that run: pid ${pids.join(', ')}`,
    hint: 'They belong to no lab of this REDIS_LAB_STATE. End them first, or take their lab down.',
  })
}

export interface PrunedBuilds {
  readonly removed: readonly Pick<ShelvedBuild, 'key' | 'sizeBytes'>[]
  readonly problems: readonly string[]
}

/** Removes builds that no lab needs, running or kept, and that nobody has used for so long. */
export async function pruneBuilds(places: Places, { olderThanMs }: { olderThanMs: number }): Promise<PrunedBuilds> {
  const { builds, problems } = await usedBuilds(places)
  // A lab that cannot be read may need any of them.
  if (problems.length > 0) return { removed: [], problems }
  const isOld = (lastUsed: Date) => Date.now() - lastUsed.getTime() >= olderThanMs
  const removed: Pick<ShelvedBuild, 'key' | 'sizeBytes'>[] = []
  for (const { key, sizeBytes, users, pids, lastUsed } of builds) {
    if (users.length > 0 || pids.length > 0 || !isOld(lastUsed)) continue
    if (await removeBuild(places.cache, key, isOld)) removed.push({ key, sizeBytes })
  }
  return { removed, problems }
}
