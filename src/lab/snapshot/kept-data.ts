/**
 * The data of a lab that is down, each master's in one file.
 *
 * From 7.0 on an append-only file is a set: a base (an RDB file, or commands) and what was added since. One after the other
 * they are what it was before 7.0, which every version reads.
 */
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { keptOwners, type SlotRange } from '../../cluster/index.js'
import { LabError } from '../../errors.js'
import { readDirective, RedisNode } from '../../node/index.js'
import { labFiles, nodeFiles } from '../../paths.js'
import { buildOf, type LabRecord } from '../../supervisor/index.js'
import { copyWhole } from '../../util/files.js'
import { shardFile } from './manifest.js'

export interface KeptShard {
  readonly slots: readonly SlotRange[]
  /** Which file of the folder; null when the master has left no data. */
  readonly kind: 'rdb' | 'aof' | null
}

/** To be called while holding the lab's lock. @throws LabError `wrong-state` when the folders tell no whole cluster */
export async function copyKept(record: LabRecord, into: string): Promise<KeptShard[]> {
  return Promise.all(
    ownersOf(record).map(async ({ server, slots }, index) => {
      const { kind, files } = dataOf(server.dir)
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

function dataOf(dir: string): { kind: KeptShard['kind']; files: readonly string[] } {
  const conf = existsSync(nodeFiles.conf(dir)) ? readFileSync(nodeFiles.conf(dir), 'utf8') : ''
  const nameFrom = (directive: string, fallback: string) => path.basename(readDirective(conf, directive) ?? fallback)
  if (readDirective(conf, 'appendonly')?.toLowerCase() !== 'yes') {
    const file = path.join(dir, nameFrom('dbfilename', 'dump.rdb'))
    return existsSync(file) ? { kind: 'rdb', files: [file] } : { kind: null, files: [] }
  }
  const name = nameFrom('appendfilename', 'appendonly.aof')
  const set = path.join(dir, nameFrom('appenddirname', 'appendonlydir'))
  const index = path.join(set, `${name}.manifest`)
  if (existsSync(index)) return { kind: 'aof', files: filesOfSet(readFileSync(index, 'utf8'), set) }
  const plain = path.join(dir, name)
  return existsSync(plain) ? { kind: 'aof', files: [plain] } : { kind: null, files: [] }
}

/** Lines such as `file appendonly.aof.1.base.rdb seq 1 type b`: the base, and what was added in its order. */
export function filesOfSet(manifestText: string, dir: string): string[] {
  const lines = [...manifestText.matchAll(/^file (\S+) seq (\d+) type ([bi])\b/gm)]
  const named = lines.map(([, name = '', seq, type]) => ({ file: path.join(dir, path.basename(name)), seq, type }))
  const base = named.filter(({ type }) => type === 'b')
  const added = named.filter(({ type }) => type === 'i').sort((a, b) => Number(a.seq) - Number(b.seq))
  return [...base, ...added].map(({ file }) => file)
}

async function join([first, ...more]: readonly string[], target: string): Promise<void> {
  if (first === undefined) return
  await copyWhole(first, target)
  for (const file of more) await pipeline(createReadStream(file), createWriteStream(target, { flags: 'a' }))
}
