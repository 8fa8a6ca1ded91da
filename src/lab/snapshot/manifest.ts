/**
 * manifest.json of a snapshot: what a lab that is begun from it will be.
 *
 *     <snapshot>/manifest.json   written last: a folder without one is no snapshot
 *                m1.rdb …        the data of each master, in the order of their slots; m1.aof where the lab was down
 *
 * It may come from anywhere. So it names no path: each file is called after its place, the release is a version and no program
 * on some disk, and directives are read as those that are typed.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { countSlots, slotCount } from '../../cluster/index.js'
import { LabError } from '../../errors.js'
import { meansTheSame } from '../../release/index.js'
import { labShape } from '../../spec/index.js'
import { writeWhole } from '../../util/files.js'

const slot = z
  .int()
  .min(0)
  .max(slotCount - 1)
const range = z
  .tuple([slot, slot])
  .readonly()
  .refine(([first, last]) => first <= last, 'a range ends before it begins')

const shard = z.strictObject({
  slots: z.array(range).min(1),
  /** Null where nobody could be asked. */
  keys: z.int().min(0).nullable(),
  /** Null where there was no data. */
  file: z
    .strictObject({
      kind: z.enum(['rdb', 'aof']),
      sizeBytes: z.int().min(0),
      /** As long as it is this, the content is not read only to be compared. */
      modifiedMs: z.int(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .nullable(),
})

const manifest = z
  .strictObject({
    format: z.literal(1),
    createdAt: z.iso.datetime(),
    /** The lab that it was taken of. */
    lab: labShape.name,
    engine: z.enum(['redis', 'valkey']),
    version: z.string().regex(/^\d+\.\d+\.\d+$/),
    /** What was asked for to get that release; null for what only means something where it was. */
    redis: z.string().refine(meansTheSame, 'it is no release that means the same everywhere').nullable(),
    malloc: labShape.malloc,
    /** Of each master. */
    replicas: labShape.replicas,
    /** As `--set` takes them. */
    set: labShape.set,
    shards: z.array(shard).min(1).max(1000),
  })
  .refine(({ shards }) => isPartition(shards), 'the masters do not share the slots out among them')

export type Manifest = Readonly<z.output<typeof manifest>>
export type Shard = Manifest['shards'][number]
/** As it is on disk. */
export type ManifestText = Readonly<z.input<typeof manifest>>

const manifestFile = (dir: string): string => path.join(dir, 'manifest.json')
export const shardFile = (index: number, kind: 'rdb' | 'aof'): string => `m${index + 1}.${kind}`
/** Everything that a snapshot consists of. */
export const isSnapshotFile = (name: string): boolean => name === 'manifest.json' || /^m\d{1,4}\.(rdb|aof)$/.test(name)

export const writeManifest = (dir: string, data: ManifestText): void =>
  writeWhole(manifestFile(dir), `${JSON.stringify(data, null, 2)}\n`)

/** @returns undefined when there is none. @throws LabError `snapshot-damaged` */
export function readManifest(dir: string): Manifest | undefined {
  let text: string
  try {
    text = readFileSync(manifestFile(dir), 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
  return parseManifest(text, dir)
}

/** @throws LabError `snapshot-damaged` */
export function parseManifest(text: string, dir: string): Manifest {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw damaged(dir, [`manifest.json: ${(error as Error).message}`])
  }
  const result = manifest.safeParse(json)
  if (result.success) return result.data
  throw damaged(dir, ['manifest.json:', ...z.prettifyError(result.error).split('\n')])
}

export const damaged = (dir: string, details: readonly string[]): LabError =>
  new LabError({
    code: 'snapshot-damaged',
    message: `the snapshot in ${dir} is damaged`,
    hint: 'Nothing was begun with it. Delete it (redis-lab snapshot rm NAME), and take another one.',
    details,
  })

function isPartition(shards: readonly z.output<typeof shard>[]): boolean {
  const ranges = shards.flatMap(({ slots }) => slots).sort(([a], [b]) => a - b)
  const apart = ranges.every(([first], index) => first === (ranges[index - 1]?.[1] ?? -1) + 1)
  return apart && countSlots(ranges) === slotCount
}
