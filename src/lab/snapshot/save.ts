/** Taking a snapshot: of a lab that runs, or out of the folders of one that is down. */
import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { LabError } from '../../errors.js'
import { labLock, snapshotEntry, snapshotLock, type Places } from '../../paths.js'
import { compareVersions, meansTheSame, pinnedTo, readsDataOf, spellRelease } from '../../release/index.js'
import { badInput } from '../../spec/index.js'
import { buildOf, readLab, releasesOf, type LabRecord } from '../../supervisor/index.js'
import { withLock } from '../../util/lock.js'
import { findLab } from '../find.js'
import { makeWhole } from './draft.js'
import { Snapshot } from './handle.js'
import { copyKept } from './kept-data.js'
import { readManifest, shardFile, writeManifest, type ManifestText } from './manifest.js'
import { requireName } from './store.js'
import { sha256Of } from './verify.js'

export interface SaveOptions {
  /** Below REDIS_LAB_STATE, where `redis-lab snapshot ls` lists it. */
  readonly name?: string | undefined
  /** A folder of the caller's choice, which is not there yet or is empty. */
  readonly dir?: string | undefined
  readonly replace: boolean
  readonly timeoutMs: number
}

/** A lab, and how its data is to be had. */
export interface Source {
  readonly dir: string
  /** The control socket of a lab that runs. */
  readonly socket: string | undefined
}

type Shards = ManifestText['shards']
/** A master's part before anybody has looked at its file. */
interface Part {
  readonly slots: Shards[number]['slots']
  readonly keys: number | null
  readonly kind: 'rdb' | 'aof' | null
}

/**
 * @throws LabError `bad-input`, `snapshot-exists`, `wrong-state` (the lab is not whole), `snapshot-failed`, `storage`; nothing is
 *   left then
 */
export async function saveSnapshot(places: Places, source: Source, options: SaveOptions): Promise<Snapshot> {
  const { name, replace } = options
  const dir = placeOf(places, options)
  const record = readLab(source.dir)
  if (!record) throw new LabError({ code: 'lab-not-found', message: `there is no lab in ${source.dir} any more` })
  // Before anything is copied.
  readerOfAll(record)
  const make = () =>
    makeWhole({ dir, replace }, async (draft) => {
      const parts =
        source.socket === undefined
          ? await keptParts(places, record, draft)
          : await liveParts(source.socket, draft, options)
      const shards = await Promise.all(parts.map((part, index) => describe(draft, part, index)))
      writeManifest(draft, manifestOf(record, shards))
    })
  const command = `redis-lab snapshot save ${name ?? ''}`
  try {
    await (name === undefined ? make() : withLock(snapshotLock(places, name), { command }, make))
  } catch (error) {
    throw LabError.from(error)
  }
  const manifest = readManifest(dir)
  if (manifest) return new Snapshot(dir, manifest)
  throw new LabError({ code: 'snapshot-failed', message: `the snapshot in ${dir} was deleted in the same moment` })
}

function placeOf(places: Places, { name, dir }: SaveOptions): string {
  if (name !== undefined && dir !== undefined) throw badInput(['a snapshot has a name or a folder, not both'])
  if (dir !== undefined) return path.resolve(dir)
  if (name === undefined) return path.join(os.tmpdir(), `redis-lab-snapshot-${randomBytes(6).toString('hex')}`)
  requireName(name)
  return snapshotEntry(places, name)
}

async function liveParts(socket: string, draft: string, { timeoutMs }: SaveOptions): Promise<Part[]> {
  const { askSnapshot } = await import('../client.js')
  const { masters } = await askSnapshot(socket, { dir: draft, timeoutMs })
  return masters.map(({ slots, keys }) => ({ slots: [...slots], keys, kind: 'rdb' }))
}

async function keptParts(places: Places, { name }: LabRecord, draft: string): Promise<Part[]> {
  return withLock(labLock(places, name), { command: `redis-lab snapshot save --name ${name}` }, async () => {
    const found = findLab(places, name)
    if (found?.kind !== 'stopped') {
      const hint = 'Ask again: it was down a moment ago.'
      throw new LabError({ code: 'wrong-state', message: `the lab "${name}" is ${found?.kind ?? 'gone'} now`, hint })
    }
    const shards = await copyKept(found.record, draft)
    return shards.map(({ slots, kind }) => ({ slots: [...slots], keys: kind === null ? 0 : null, kind }))
  })
}

async function describe(draft: string, { slots, keys, kind }: Part, index: number): Promise<Shards[number]> {
  if (kind === null) return { slots, keys, file: null }
  const file = path.join(draft, shardFile(index, kind))
  if (!existsSync(file))
    throw new LabError({ code: 'snapshot-failed', message: `the data of master ${index + 1} is missing` })
  const { size: sizeBytes, mtimeMs } = lstatSync(file)
  return { slots, keys, file: { kind, sizeBytes, modifiedMs: Math.floor(mtimeMs), sha256: await sha256Of(file) } }
}

/** The release that a lab begun from it needs. @throws LabError `wrong-state` when no node reads what all masters write */
function readerOfAll(record: LabRecord): LabRecord['build'] {
  const writers = record.nodes.map((node) => buildOf(record, node))
  const reader = writers.find((one) => writers.every((writer) => readsDataOf(one, writer) && isNotOlder(one, writer)))
  if (reader) return reader
  const message = `the nodes of this lab run ${releasesOf(record).map(spellRelease).join(', ')}: none of these reads what all of them write`
  const hint = 'A snapshot is of one release. redis-lab upgrade brings all nodes to one.'
  throw new LabError({ code: 'wrong-state', message, hint })
}

const isNotOlder = (one: LabRecord['build'], other: LabRecord['build']): boolean =>
  one.engine !== other.engine || compareVersions(one.version, other.version) >= 0

function manifestOf(record: LabRecord, shards: Shards): ManifestText {
  const { name, spec } = record
  const { malloc, replicas, set } = spec
  const build = readerOfAll(record)
  const node = record.nodes.find((one) => one.build === build)
  // What was the newest then is one version now.
  const redis = pinnedTo(node ? spec.redisFor[node.name] : spec.redis, build)
  return {
    format: 1,
    createdAt: new Date().toISOString(),
    lab: name,
    engine: build.engine,
    version: build.version,
    // A path means nothing elsewhere, and a manifest may come from elsewhere.
    redis: redis !== undefined && meansTheSame(redis) ? redis : null,
    malloc,
    replicas,
    set: set.map((directive) => `${directive.name} ${directive.value}`),
    shards,
  }
}
