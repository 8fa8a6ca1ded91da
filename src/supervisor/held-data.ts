/**
 * What each node held when the lab went down, and whether it still does.
 *
 * A master whose files are gone or cut boots with less, and its replicas, which had every key, are emptied too. So `down` writes
 * down the files that each node will load (name, size and the end of it: an append-only file only grows), and `up` compares them
 * before a server starts. A replica whose files are whole takes the place of a master whose files are not.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import path from 'node:path'
import { canBeAsked, isMaster, isMyself, keysIn, ownLineOnDisk, parseNodes, type NodeLine } from '../cluster/index.js'
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
  /** Null for a node that could not be asked. */
  readonly keys: number | null
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
  const asked = await Promise.all(nodes.map((node) => ask(node)))
  const views = asked.flatMap((one) => (one ? [one.view] : []))
  const facts = nodes.flatMap((node, index) => factsOf(node, nodes, asked[index], views))
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
  readonly keys: number | null
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
  for (const master of held.filter((node) => node.master === null && node.keys !== 0 && !isWhole(node))) {
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
  const loaded = new Set(dataPathsOf(dir))
  return files.flatMap((file) => {
    const place = path.join(dir, file.name)
    const isUnread = existsSync(place) && !loaded.has(place)
    const problem = problemOf(place, file) ?? (isUnread ? 'is not what its redis.conf has it load' : undefined)
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
  return dataPathsOf(dir).map((file) => ({ name: path.relative(dir, file), ...fingerprint(file) }))
}

function dataPathsOf(dir: string): string[] {
  const { files, manifest } = dataFilesOf(dir)
  return [...files, ...(manifest === undefined ? [] : [manifest])]
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

interface Answer {
  readonly view: readonly NodeLine[]
  readonly replication: string
  readonly keys: number
}

async function ask(node: RedisNode): Promise<Answer | undefined> {
  node.observe()
  if (!canBeAsked(node)) return undefined
  try {
    const client = await node.client()
    const [nodes, replication, keyspace] = await Promise.all([
      client.text('CLUSTER', 'NODES'),
      client.text('INFO', 'replication'),
      client.text('INFO', 'keyspace'),
    ])
    return { view: parseNodes(nodes), replication, keys: keysIn(keyspace) }
  } catch {
    return undefined
  }
}

/**
 * A node that cannot be asked has files too: what it is the others know best, because it may have been replaced since. None for a
 * node without a part in the cluster.
 */
function factsOf(
  node: RedisNode,
  nodes: readonly RedisNode[],
  answer: Answer | undefined,
  views: readonly (readonly NodeLine[])[],
): HeldFacts[] {
  const own = answer?.view.find(isMyself) ?? seenBy(views, node) ?? ownLineOnDisk(node.dir)
  if (!own) return []
  const master = isMaster(own) ? null : nameOfMaster(own, nodes, views)
  // A master without slots holds nothing; the master of a replica may not be of this lab.
  if (master === undefined || (master === null && own.slots.length === 0)) return []
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(answer?.replication ?? '')?.[1]
  return [
    {
      name: node.name,
      master,
      keys: answer?.keys ?? null,
      inSync: field('master_link_status') === 'up',
      offset: Number(field(master === null ? 'master_repl_offset' : 'slave_repl_offset') ?? 0),
    },
  ]
}

/** The newest of what the others know. */
const seenBy = (views: readonly (readonly NodeLine[])[], { port }: RedisNode): NodeLine | undefined =>
  views.flatMap((lines) => lines.filter((line) => line.port === port)).sort((a, b) => b.epoch - a.epoch)[0]

function nameOfMaster(
  { masterId }: NodeLine,
  nodes: readonly RedisNode[],
  views: readonly (readonly NodeLine[])[],
): string | undefined {
  const isIt = (line: NodeLine | undefined) => line?.id === masterId
  return nodes.find((node) => isIt(seenBy(views, node)) || isIt(ownLineOnDisk(node.dir)))?.name
}

function isHeldNode(value: unknown): value is HeldNode {
  const { name, master, keys, files } = (value ?? {}) as Partial<HeldNode>
  const isFile = (file: Partial<HeldFile> | null) =>
    typeof file?.name === 'string' && typeof file.sizeBytes === 'number' && typeof file.tail === 'string'
  const isNamed = typeof name === 'string' && (master === null || typeof master === 'string')
  return isNamed && (keys === null || typeof keys === 'number') && Array.isArray(files) && files.every(isFile)
}
