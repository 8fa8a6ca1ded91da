/** What a node that is down tells of itself: its nodes.conf, as it wrote it when it last ran. */
import { readFileSync } from 'node:fs'
import { nodeFiles } from '../paths.js'
import { isMaster, isMyself, parseNodes, type NodeLine } from './nodes-text.js'

/** Undefined where the file is missing or damaged: that is for whoever starts the node to judge. */
export function ownLineOnDisk(dir: string): NodeLine | undefined {
  try {
    return parseNodes(readFileSync(nodeFiles.nodes(dir), 'utf8')).find(isMyself)
  } catch {
    return undefined
  }
}

export interface RoleOnDisk {
  readonly id: string
  readonly role: 'master' | 'replica'
  /** The port of its master; null for a master, and where its file does not name the master. */
  readonly masterPort: number | null
  readonly line: NodeLine
}

/**
 * What a node that runs says of itself at this moment: it writes the file before it answers anybody as what it is now
 * (clusterBeforeSleep in cluster.c). Two lines are parsed and not all, because a large cluster is asked often.
 *
 * @returns undefined where there is no such line, as in the middle of a write
 */
export function roleOnDisk(dir: string): RoleOnDisk | undefined {
  try {
    const text = readFileSync(nodeFiles.nodes(dir), 'utf8')
    const lineWith = (sign: RegExp) => parseNodes(sign.exec(text)?.[0] ?? '')[0]
    const line = lineWith(/^.* (?:[a-z?]+,)*myself[, ].*$/m)
    if (!line) return undefined
    const master = line.masterId === null ? undefined : lineWith(new RegExp(`^${line.masterId} .*$`, 'm'))
    return { id: line.id, role: isMaster(line) ? 'master' : 'replica', masterPort: master?.port ?? null, line }
  } catch {
    return undefined
  }
}
