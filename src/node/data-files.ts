/**
 * The files that a server with this redis.conf loads when it starts.
 *
 * From 7.0 on an append-only file is a set: a base (an RDB file, or commands) and what was added since, listed in a manifest.
 */
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { nodeFiles } from '../paths.js'
import { readDirective } from './conf.js'

export interface DataFiles {
  /** Null when there is no data. */
  readonly kind: 'rdb' | 'aof' | null
  /** Whole paths, in the order in which they are read. */
  readonly files: readonly string[]
  /** The list of a set, which is a file of its own. */
  readonly manifest?: string
}

export function dataFilesOf(dir: string): DataFiles {
  const { appends, rdb, plain, set } = entriesIn(dir)
  if (!appends) return existsSync(rdb) ? { kind: 'rdb', files: [rdb] } : { kind: null, files: [] }
  const manifest = path.join(set, `${path.basename(plain)}.manifest`)
  if (existsSync(manifest)) return { kind: 'aof', files: filesOfSet(readFileSync(manifest, 'utf8'), set), manifest }
  return existsSync(plain) ? { kind: 'aof', files: [plain] } : { kind: null, files: [] }
}

/**
 * Takes the data of a node out of the way, so that it starts empty; nothing is deleted.
 *
 * @returns the folder that has it now; undefined when there was none
 */
export function setDataAside(dir: string): string | undefined {
  const { rdb, plain, set } = entriesIn(dir)
  const entries = [rdb, plain, set].filter((entry) => existsSync(entry))
  if (entries.length === 0) return undefined
  const aside = path.join(dir, `data-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`)
  mkdirSync(aside)
  for (const entry of entries) renameSync(entry, path.join(aside, path.basename(entry)))
  return aside
}

/** Where its redis.conf puts the data. */
function entriesIn(dir: string): { appends: boolean; rdb: string; plain: string; set: string } {
  const conf = existsSync(nodeFiles.conf(dir)) ? readFileSync(nodeFiles.conf(dir), 'utf8') : ''
  const entry = (directive: string, fallback: string) =>
    path.join(dir, path.basename(readDirective(conf, directive) ?? fallback))
  return {
    appends: readDirective(conf, 'appendonly')?.toLowerCase() === 'yes',
    rdb: entry('dbfilename', 'dump.rdb'),
    plain: entry('appendfilename', 'appendonly.aof'),
    set: entry('appenddirname', 'appendonlydir'),
  }
}

/** Lines such as `file appendonly.aof.1.base.rdb seq 1 type b`: the base, and what was added in its order. */
export function filesOfSet(manifestText: string, dir: string): string[] {
  const lines = [...manifestText.matchAll(/^file (\S+) seq (\d+) type ([bi])\b/gm)]
  const named = lines.map(([, name = '', seq, type]) => ({ file: path.join(dir, path.basename(name)), seq, type }))
  const base = named.filter(({ type }) => type === 'b')
  const added = named.filter(({ type }) => type === 'i').sort((a, b) => Number(a.seq) - Number(b.seq))
  return [...base, ...added].map(({ file }) => file)
}
