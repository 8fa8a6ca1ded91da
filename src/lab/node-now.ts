/**
 * What the nodes of a lab are at this moment, without asking anybody: each Redis keeps its nodes.conf up to date, and the file
 * is read again when it has changed. So it is right after a failover that Redis decided on as after one that was asked for, and
 * whether a supervisor answers or not.
 */
import { statSync, type BigIntStats } from 'node:fs'
import { roleOnDisk, type RoleOnDisk } from '../cluster/index.js'
import { nodeFiles } from '../paths.js'

/** A file that was written so lately may be written again without another time: clocks of file systems are coarse. */
const settledMs = 100

export class NodeNow {
  readonly #dir: string
  #stamp: string | undefined
  #last: RoleOnDisk | undefined

  constructor(dir: string) {
    this.#dir = dir
  }

  /** Undefined until the node has written a whole file. */
  read(): RoleOnDisk | undefined {
    const stat = statOf(nodeFiles.nodes(this.#dir))
    if (!stat) return this.#last
    const stamp = `${stat.ino} ${stat.size} ${stat.mtimeNs}`
    if (stamp === this.#stamp) return this.#last
    const found = roleOnDisk(this.#dir)
    if (!found) return this.#last
    this.#last = found
    this.#stamp = Date.now() - Number(stat.mtimeMs) > settledMs ? stamp : undefined
    return found
  }
}

/** A property of a handle is read: it does not throw for a folder that is gone or closed to this user. */
function statOf(file: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/**
 * Whether another master has its slots, and with a higher epoch, which is Redis's own rule: a master that was away during a
 * failover says that it is one until it hears of that.
 */
export function isReplaced(own: RoleOnDisk, others: readonly RoleOnDisk[]): boolean {
  return (
    own.role === 'master' &&
    others.some(({ role, line }) => role === 'master' && line.epoch > own.line.epoch && overlap(line, own.line))
  )
}

const overlap = (one: RoleOnDisk['line'], other: RoleOnDisk['line']): boolean =>
  one.slots.some(([first, last]) => other.slots.some(([from, to]) => from <= last && first <= to))
