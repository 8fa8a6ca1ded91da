/**
 * The data of a lab that is down, each master's in one file.
 *
 * From 7.0 on an append-only file is a set: a base (an RDB file, or commands) and what was added since. One after the other
 * they are what it was before 7.0, which every version reads.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { keptOwners, type SlotRange } from '../../cluster/index.js'
import { LabError } from '../../errors.js'
import { dataFilesOf, RedisNode, type DataFiles } from '../../node/index.js'
import { labFiles } from '../../paths.js'
import { buildOf, type LabRecord } from '../../supervisor/index.js'
import { copyWhole } from '../../util/files.js'
import { shardFile } from './manifest.js'

export interface KeptShard {
  readonly slots: readonly SlotRange[]
  /** Which file of the folder; null when the master has left no data. */
  readonly kind: DataFiles['kind']
}

/** To be called while holding the lab's lock. @throws LabError `wrong-state` when the folders tell no whole cluster */
export async function copyKept(record: LabRecord, into: string): Promise<KeptShard[]> {
  return Promise.all(
    ownersOf(record).map(async ({ server, slots }, index) => {
      const { kind, files } = dataFilesOf(server.dir)
      if (kind !== null) await join(files, path.join(into, shardFile(index, kind)))
      return { slots, kind }
    }),
  )
}

function ownersOf(record: LabRecord): ReturnType<typeof keptOwners> {
  const { dir, nodes, name } = record
  const silent = { lab: name, emit: () => {}, onCrash: () => {} }
  const places = nodes.map(
    (node) => new RedisNode({ ...node, ...silent, build: buildOf(record, node), dir: labFiles.node(dir, node.port) }),
  )
  try {
    return keptOwners(places)
  } catch (error) {
    const { message } = LabError.from(error)
    const hint = `Start the lab, see to it that it is whole, and take the snapshot then: redis-lab up --name ${name}`
    throw new LabError({ code: 'wrong-state', message, hint }, { cause: error })
  }
}

async function join([first, ...more]: readonly string[], target: string): Promise<void> {
  if (first === undefined) return
  await copyWhole(first, target)
  for (const file of more) await pipeline(createReadStream(file), createWriteStream(target, { flags: 'a' }))
}
