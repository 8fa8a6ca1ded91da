/**
 * What a new lab begins with, put into the folders of its nodes before they start: the data of each master, and a nodes.conf
 * that says who owns what.
 *
 * The data is an RDB file, or an append-only file (which may begin with one). Where nodes keep an append-only file, either can
 * take its place under its old name: before 7.0 it is that file, and from 7.0 on Redis itself makes it the base of a new set.
 *
 * Replicas begin empty. They synchronise with their masters in any case, because a server that reads an append-only file does
 * not know how far replication had come; what they had loaded before would be thrown away.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { keysIn, pretendKept, type PlannedNode, type SlotRange } from '../cluster/index.js'
import { LabError } from '../errors.js'
import { readDirective, type RedisNode } from '../node/index.js'
import { nodeFiles } from '../paths.js'
import { copyWhole } from '../util/files.js'

export interface SeedShard {
  readonly slots: readonly SlotRange[]
  /** The whole path; null where there was no data. */
  readonly file: string | null
  /** How many keys the file has; null where nobody could be asked. */
  readonly keys: number | null
}

export interface Seed {
  /** One for each master, in the order of their plan. */
  readonly shards: readonly SeedShard[]
}

export interface Field {
  readonly nodes: readonly PlannedNode[]
  readonly servers: readonly RedisNode[]
}

/** @throws LabError `bad-input` when a directive names a file that is none in the node's folder; `snapshot-damaged` */
export async function sow({ shards }: Seed, { nodes, servers }: Field): Promise<void> {
  const masters = mastersOf({ nodes, servers })
  const slots = new Map(masters.map(({ name }, index) => [name, shards[index]?.slots ?? []]))
  pretendKept({ nodes, servers, slots })
  await Promise.all(
    masters.map(async ({ server }, index) => {
      const file = shards[index]?.file
      if (file !== null && file !== undefined) await copyInto(server.dir, file)
    }),
  )
}

/**
 * Once the servers have loaded it. Keys may have expired since; how many of them a server has left out is known from 7.0 on.
 *
 * @throws LabError `snapshot-damaged` when a file held other keys than its manifest counts
 */
export async function requireLoaded({ shards }: Seed, { nodes, servers }: Field): Promise<void> {
  const problems = await Promise.all(
    mastersOf({ nodes, servers }).map(async ({ name, server }, index) => {
      const wanted = shards[index]?.keys ?? null
      if (wanted === null) return []
      const info = await (await server.client()).text('INFO')
      const found = keysIn(info)
      const field = (one: string) => new RegExp(`^${one}:(\\d+)`, 'm').exec(info)?.[1]
      const leftOut = field('rdb_last_load_keys_expired')
      const expired = leftOut === undefined ? wanted : Number(leftOut) + Number(field('expired_keys') ?? 0)
      return found <= wanted && found + expired >= wanted ? [] : [`${name} has ${found} keys instead of ${wanted}`]
    }),
  )
  if (problems.flat().length === 0) return
  const message = 'the snapshot holds other data than its manifest says'
  throw new LabError({ code: 'snapshot-damaged', message, details: problems.flat() })
}

const mastersOf = ({ nodes, servers }: Field) =>
  nodes.flatMap((node, index) => {
    const server = servers[index]
    return node.role === 'master' && server ? [{ name: node.name, server }] : []
  })

async function copyInto(dir: string, file: string): Promise<void> {
  try {
    await copyWhole(file, path.join(dir, dataFileOf(readFileSync(nodeFiles.conf(dir), 'utf8'))))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const message = `the snapshot was deleted while its data was copied: ${file}`
    throw new LabError({ code: 'snapshot-damaged', message }, { cause: error })
  }
}

/** Which file a server with this redis.conf loads when it starts. @throws LabError `bad-input` */
export function dataFileOf(confText: string): string {
  const appends = readDirective(confText, 'appendonly')?.toLowerCase() === 'yes'
  const [directive, fallback] = appends
    ? (['appendfilename', 'appendonly.aof'] as const)
    : (['dbfilename', 'dump.rdb'] as const)
  const name = readDirective(confText, directive) ?? fallback
  if (name !== '' && name === path.basename(name) && !['.', '..'].includes(name)) return name
  throw new LabError({ code: 'bad-input', message: `--set "${directive} ${name}": it must be the name of a file` })
}
