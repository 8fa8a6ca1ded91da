/**
 * Keeps run.json true: whoever finds this lab without its supervisor is to know every server that was started, and which ones
 * were stopped on purpose.
 */
import type { RedisNode } from '../node/index.js'
import { ownIdentity } from '../util/process-identity.js'
import { removeRun, writeRun } from './record-writer.js'

export interface RunKeeperOptions {
  readonly dir: string
  readonly socket: string
  readonly nodes: readonly RedisNode[]
  /** It is stopped only to be started again: whoever adopts the lab does that. */
  readonly isOnItsWay: (node: RedisNode) => boolean
  /** A full disk or a deleted folder is no reason to take the servers down. */
  readonly onFailure: (error: Error) => void
}

export class RunKeeper {
  /** The cluster is formed and nothing of it is set otherwise for a while: its servers can be adopted. */
  formed = false
  readonly #options: RunKeeperOptions
  readonly #runIds = new Map<RedisNode, string>()
  /** Until then a record that stands there is of the supervisor before this one, and names what it left. */
  #written = false
  #next: NodeJS.Immediate | undefined

  constructor(options: RunKeeperOptions) {
    this.#options = options
  }

  /** Once for everything that changes in the same moment. */
  soon(): void {
    this.#next ??= setImmediate(() => {
      this.#next = undefined
      this.now()
    })
  }

  /** Before anybody is told of it. */
  now(): void {
    try {
      this.write()
    } catch (error) {
      this.#options.onFailure(error as Error)
    }
  }

  write(): void {
    const supervisor = ownIdentity()
    const nodes = this.#options.nodes.map((node) => ({
      name: node.name,
      process: node.identity ?? null,
      runId: (node.identity && this.#runIds.get(node)) ?? null,
      stopped: node.state === 'stopped' && !this.#options.isOnItsWay(node),
    }))
    const { dir, socket } = this.#options
    writeRun(dir, { supervisor, socket, formed: this.formed, nodes })
    this.#written = true
  }

  /** Redis's own name for this life of the server; asked once it answers, because nothing waits for it. */
  async learnRunId(node: RedisNode): Promise<void> {
    const { identity } = node
    const runId = await readRunId(node).catch(() => undefined)
    if (runId === undefined || node.identity?.startTime !== identity?.startTime) return
    this.#runIds.set(node, runId)
    this.soon()
  }

  /** The lab is down: nothing runs any more. */
  remove(): void {
    clearImmediate(this.#next)
    if (this.#written) removeRun(this.#options.dir)
  }
}

/** @throws ConnectionError, ReplyError */
export async function readRunId(node: RedisNode): Promise<string | undefined> {
  const client = await node.client()
  return /^run_id:([0-9a-f]{40})/m.exec(await client.text('INFO', 'server'))?.[1]
}
