/**
 * What each node held when the lab went down, and whether it still does.
 *
 * A master whose files are gone or cut boots with less, and its replicas, which had every key, are emptied too. So `down` writes
 * down the files that each node will load (name, size and the end of it: an append-only file only grows), and `up` compares them
 * before a server starts. A replica whose files are whole takes the place of a master whose files are not.
 */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import path from 'node:path'
import { canBeAsked, keysIn } from '../cluster/index.js'
import { dataFilesOf, type RedisNode } from '../node/index.js'
import { labFiles } from '../paths.js'
import { writeWhole } from '../util/files.js'

interface HeldFile {
  /** Below the folder of the node. */
  readonly name: string
  readonly sizeBytes: number
  /** sha256 of the last bytes. */
  readonly tail: string
}

/** What a node said of itself before it was stopped. */
interface HeldFacts {
  readonly name: string
  /** The name of its master; null for a master. */
  readonly master: string | null
  readonly keys: number
  /** Of a replica: it had everything that its master had. */
  readonly inSync: boolean
  readonly offset: number
}

export interface HeldNode extends HeldFacts {
  readonly files: readonly HeldFile[]
}

type Place = Pick<RedisNode, 'name' | 'dir'>

const tailBytes = 4096

/** Asks the nodes before they are stopped; call the result when they are gone. */
export async function noteHeldData(dir: string, nodes: readonly RedisNode[]): Promise<() => void> {
  const facts = (await Promise.all(nodes.map((node) => factsOf(node, nodes)))).flat()
  return () => {
    const held = facts.map((one): HeldNode => {
      const node = nodes.find(({ name }) => name === one.name) as RedisNode
      return { ...one, files: filesOf(node.dir) }
    })
    writeWhole(labFiles.heldData(dir), `${JSON.stringify({ format: 1, nodes: held }, null, 2)}\n`)
  }
}

/** A record of an earlier time is worse than none. */
export const forgetHeldData = (dir: string): void => rmSync(labFiles.heldData(dir), { force: true })

/** Nothing is known of a lab that did not go down in order. */
export function readHeldData(dir: string): HeldNode[] {
  try {
    const { nodes } = JSON.parse(readFileSync(labFiles.heldData(dir), 'utf8')) as { nodes?: unknown }
    return Array.isArray(nodes) ? nodes.filter(isHeldNode) : []
  } catch {
    return []
  }
}

export interface DataLoss {
  readonly name: string
  readonly keys: number
  /** What is wrong with its files, a line each. */
  readonly problems: readonly string[]
}

export interface DataAssessment {
  /** Masters whose files are not what they were, each with a replica that has everything. */
  readonly replaced: readonly (DataLoss & { readonly heir: string })[]
  /** Those of which no replica has everything; `heir` is one whose files are whole, but which had not followed to the end. */
  readonly lost: readonly (DataLoss & { readonly heir?: string })[]
}

export function assessData(held: readonly HeldNode[], places: readonly Place[]): DataAssessment {
  const dirs = new Map(places.map(({ name, dir }) => [name, dir]))
  const problems = new Map(held.map((node) => [node.name, problemsOf(node, dirs.get(node.name))]))
  const isWhole = ({ name }: HeldNode) => problems.get(name)?.length === 0
  const replaced: (DataLoss & { heir: string })[] = []
  const lost: (DataLoss & { heir?: string })[] = []
  for (const master of held.filter((node) => node.master === null && node.keys > 0 && !isWhole(node))) {
    const replicas = held.filter((node) => node.master === master.name)
    const [heir] = replicas.filter(isWhole).sort((a, b) => Number(b.inSync) - Number(a.inSync) || b.offset - a.offset)
    const loss = { name: master.name, keys: master.keys, problems: problems.get(master.name) ?? [] }
    if (heir?.inSync) replaced.push({ ...loss, heir: heir.name })
    else {
      const all = [...loss.problems, ...replicas.map((one) => unfit(one, problems))]
      lost.push({ ...loss, problems: all, ...(heir && { heir: heir.name }) })
    }
  }
  return { replaced, lost }
}

function unfit({ name }: HeldNode, problems: ReadonlyMap<string, readonly string[]>): string {
  const [first = `${name} had not followed its master to the end`] = problems.get(name) ?? []
  return first
}

function problemsOf({ name, files }: HeldNode, dir: string | undefined): string[] {
  if (dir === undefined) return [`${name} is not a node of this lab any more`]
  return files.flatMap((file) => {
    const problem = problemOf(path.join(dir, file.name), file)
    return problem === undefined ? [] : [`${name}: ${file.name} ${problem}`]
  })
}

function problemOf(file: string, { sizeBytes, tail }: HeldFile): string | undefined {
  try {
    // What was added since, as by a start that failed, takes nothing away.
    const now = fingerprint(file, sizeBytes)
    const missing = sizeBytes - now.sizeBytes
    if (missing > 0) return `is ${missing} bytes shorter than it was`
    return now.tail === tail ? undefined : 'has other content than it had'
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'is missing' : `cannot be read: ${message}`
  }
}

function filesOf(dir: string): HeldFile[] {
  const { files, manifest } = dataFilesOf(dir)
  return [...files, ...(manifest === undefined ? [] : [manifest])].map((file) => ({
    name: path.relative(dir, file),
    ...fingerprint(file),
  }))
}

/** @param mostBytes as if the file ended there */
function fingerprint(file: string, mostBytes = Infinity): Pick<HeldFile, 'sizeBytes' | 'tail'> {
  const descriptor = openSync(file, 'r')
  try {
    const size = Math.min(fstatSync(descriptor).size, mostBytes)
    const buffer = Buffer.alloc(Math.min(size, tailBytes))
    const read = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length)
    return { sizeBytes: size, tail: createHash('sha256').update(buffer.subarray(0, read)).digest('hex') }
  } finally {
    closeSync(descriptor)
  }
}

/** Empty for a node that cannot be asked: nothing is known of it then. */
async function factsOf(node: RedisNode, nodes: readonly RedisNode[]): Promise<HeldFacts[]> {
  node.observe()
  if (!canBeAsked(node)) return []
  try {
    const client = await node.client()
    const [replication, keyspace] = await Promise.all([
      client.text('INFO', 'replication'),
      client.text('INFO', 'keyspace'),
    ])
    const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(replication)?.[1]
    const isReplica = field('role') === 'slave'
    const master = nodes.find(({ port }) => String(port) === field('master_port'))?.name
    if (isReplica && master === undefined) return []
    return [
      {
        name: node.name,
        master: isReplica ? (master ?? null) : null,
        keys: keysIn(keyspace),
        inSync: field('master_link_status') === 'up',
        offset: Number(field(isReplica ? 'slave_repl_offset' : 'master_repl_offset') ?? 0),
      },
    ]
  } catch {
    return []
  }
}

function isHeldNode(value: unknown): value is HeldNode {
  const { name, master, keys, files } = (value ?? {}) as Partial<HeldNode>
  const isFile = (file: Partial<HeldFile> | null) =>
    typeof file?.name === 'string' && typeof file.sizeBytes === 'number' && typeof file.tail === 'string'
  const isNamed = typeof name === 'string' && (master === null || typeof master === 'string')
  return isNamed && typeof keys === 'number' && Array.isArray(files) && files.every(isFile)
}
