/** The record of a lab that is about to start: a new one, or what is kept with what may be said anew each time. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { planTopology } from '../cluster/index.js'
import { LabError } from '../errors.js'
import { authKindOf } from './access.js'
import { labEntry, type Places } from '../paths.js'
import { isSameRelease, pinnedTo, spellRelease, type Build } from '../release/index.js'
import { commandFor, type LabSpec, type ResolvedSpec } from '../spec/index.js'
import { buildsOf, type LabRecord } from '../supervisor/index.js'
import type { OwnBuilds } from './releases.js'

export interface NewLab {
  readonly spec: LabSpec
  readonly build: Build
  /** Of nodes that run another one. */
  readonly own?: OwnBuilds
  readonly ports: readonly number[]
}

/** Nothing of it is on disk yet. */
export function newRecord(places: Places, { spec, build, own, ports }: NewLab): LabRecord {
  // The password is not for everybody who reads it: access.json has that.
  const { password: _, ...recorded } = spec
  const { masters, replicas, name } = spec
  return {
    format: 1,
    name,
    dir: folderFor(places, spec),
    createdAt: new Date().toISOString(),
    formed: false,
    creator: null,
    spec: { ...recorded, set: [...spec.set], modules: [...spec.modules] },
    auth: authKindOf(spec),
    build,
    nodes: planTopology({ masters, replicas, ports }).map((node) => {
      const its = own?.get(node.name)
      return { ...node, id: null, ...(its && { build: its }) }
    }),
  }
}

function folderFor(places: Places, { dir, ephemeral, name }: LabSpec): string {
  if (dir !== undefined) return dir
  if (!ephemeral) return labEntry(places, name)
  return path.join(os.tmpdir(), `redis-lab-${name}-${randomBytes(6).toString('hex')}`)
}

/** The lab that is kept, with what may be said anew each time. Its programs may have to be built again. */
export async function keptRecord(
  kept: LabRecord,
  { spec, given }: ResolvedSpec,
  install: (spec: LabRecord['spec']) => Promise<Build>,
): Promise<LabRecord> {
  const set = given.has('set') ? [...spec.set] : kept.spec.set
  const modules = given.has('modules') ? [...spec.modules] : kept.spec.modules
  const restart = given.has('restart') ? spec.restart : kept.spec.restart
  const record = { ...kept, spec: { ...kept.spec, set, modules, restart, wait: spec.wait, timeout: spec.timeout } }
  const again = await builtAgain(kept, install)
  if (again.size === 0) return record
  const build = again.get(kept.build.server) ?? kept.build
  const nodes = kept.nodes.map((node) => {
    const own = node.build && (again.get(node.build.server) ?? node.build)
    return { ...node, ...(own && { build: own }) }
  })
  return { ...record, build, nodes }
}

/**
 * What takes the place of builds that are gone, by the program that is.
 *
 * What was asked for then may stand for another version now: the lab stays on its own, which is asked for by its number.
 *
 * @throws LabError `lab-differs` when its version cannot be built any more
 */
async function builtAgain(
  kept: LabRecord,
  install: (spec: LabRecord['spec']) => Promise<Build>,
): Promise<Map<string, Build>> {
  const again = new Map<string, Build>()
  for (const lost of buildsOf(kept).filter(({ server, cli }) => !existsSync(server) || !existsSync(cli))) {
    const wish = wishFor(kept, lost)
    const build = await install(wish)
    again.set(
      lost.server,
      isSameRelease(build, lost) ? build : await installVersion(kept, { wish, lost, build }, install),
    )
  }
  return again
}

async function installVersion(
  kept: LabRecord,
  { wish, lost, build }: { readonly wish: LabRecord['spec']; readonly lost: Build; readonly build: Build },
  install: (spec: LabRecord['spec']) => Promise<Build>,
): Promise<Build> {
  let found = build
  try {
    found = await install({ ...wish, redis: numberOf(lost), sha256: undefined })
  } catch (error) {
    if (LabError.from(error).code === 'interrupted') throw error
    throw noLongerBuilt(kept, lost, build, error)
  }
  if (isSameRelease(found, lost)) return found
  throw noLongerBuilt(kept, lost, found)
}

/** As `--redis` takes it. */
const numberOf = ({ engine, version }: Build): string => (engine === 'redis' ? version : `${engine}@${version}`)

/** What was asked for to get this build: that of the lab, or that of the node which runs it. */
function wishFor({ spec, build, nodes }: LabRecord, lost: Build): LabRecord['spec'] {
  const user = build.server === lost.server ? undefined : nodes.find((node) => node.build?.server === lost.server)
  if (!user) return { ...spec, redis: pinnedTo(spec.redis, lost) }
  return { ...spec, redis: pinnedTo(spec.redisFor[user.name] ?? spec.redis, lost), sha256: undefined }
}

function noLongerBuilt({ name }: LabRecord, lost: Build, build: Build, cause?: unknown): LabError {
  const why = cause === undefined ? [] : [`${numberOf(lost)}: ${LabError.from(cause).message}`]
  return new LabError(
    {
      code: 'lab-differs',
      message: `the lab "${name}" was created with ${spellRelease(lost)}, whose programs are gone`,
      hint: `Its data is untouched. Put the programs back, or install that version again: redis-lab install ${numberOf(lost)} && ${commandFor(name, 'up')}`,
      details: [`built now: ${spellRelease(build)}`, `was at: ${lost.server}`, ...why],
    },
    { cause },
  )
}
