/** The record of a lab that is about to start: a new one, or what is kept with what may be said anew each time. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { planTopology } from '../cluster/index.js'
import { LabError } from '../errors.js'
import { authKindOf } from './access.js'
import { labEntry, type Places } from '../paths.js'
import { pinnedTo, type Build } from '../release/index.js'
import type { LabSpec, ResolvedSpec } from '../spec/index.js'
import type { LabRecord } from '../supervisor/index.js'

export interface NewLab {
  readonly spec: LabSpec
  readonly build: Build
  readonly ports: readonly number[]
}

/** Nothing of it is on disk yet. */
export function newRecord(places: Places, { spec, build, ports }: NewLab): LabRecord {
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
    nodes: planTopology({ masters, replicas, ports }).map((node) => ({ ...node, id: null })),
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
  if (existsSync(kept.build.server) && existsSync(kept.build.cli)) return record
  const build = await install({ ...kept.spec, redis: pinnedTo(kept.spec.redis, kept.build) })
  if (build.engine === kept.build.engine && build.version === kept.build.version) return { ...record, build }
  throw new LabError({
    code: 'lab-differs',
    message: `the lab "${kept.name}" was made with ${kept.build.engine} ${kept.build.version}, which is no longer built`,
    hint: `Build it again (redis-lab install ${kept.build.version}), or delete the lab and its data: redis-lab down --name ${kept.name} --purge`,
    details: [`built now: ${build.engine} ${build.version}`, `was at: ${kept.build.server}`],
  })
}
