/** The handle of a running lab: what a test or a program holds. */
import { LabError } from '../errors.js'
import type { LabStatus, NodeStatus } from '../supervisor/index.js'
import { endLab } from './end.js'
import type { FoundLab } from './find.js'
import type { SupervisorLine } from './line.js'

/** One node, as a client needs it. */
export interface LabNode {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly url: string
  /** 40 hex digits. Null while the lab was only waited for up to the level `alive`. */
  readonly id: string | null
  readonly role: 'master' | 'replica'
}

/** Where a cluster client starts. One shape for both: node-redis reads `url`, ioredis reads `host` and `port`. */
export interface RootNode {
  readonly url: string
  readonly host: string
  readonly port: number
}

const host = '127.0.0.1'

export class Lab implements AsyncDisposable {
  readonly name: string
  /** The lab's folder: lab.json, supervisor.log and a folder per port. */
  readonly dir: string
  /** Masters first, each by its name, in the roles they had when this handle was made. `status()` has the roles of now. */
  readonly nodes: readonly LabNode[]
  readonly #socket: string
  readonly #end: () => Promise<void>

  /** @internal */
  constructor(status: LabStatus, end: () => Promise<void>) {
    this.name = status.name
    this.dir = status.dir
    this.nodes = status.nodes.map(toLabNode)
    this.#socket = status.supervisor?.socket ?? ''
    this.#end = end
  }

  /** `redis://127.0.0.1:port` of every node: what ioredis' `new Cluster(urls)` takes. */
  get urls(): string[] {
    return this.nodes.map((node) => node.url)
  }

  /** What node-redis' `createCluster({ rootNodes })` takes, and ioredis' `new Cluster(rootNodes)` too. */
  get rootNodes(): RootNode[] {
    return this.nodes.map(({ url, host, port }) => ({ url, host, port }))
  }

  /**
   * Asks every node, now. The shape is that of `redis-lab status --json`.
   *
   * @throws LabError `supervisor-failed` when the lab is gone
   */
  async status(): Promise<LabStatus> {
    const { askStatus } = await import('./client.js')
    return askStatus(this.#socket)
  }

  /**
   * Takes the lab down and resolves when every process of it is gone. The folder of an ephemeral lab goes with it; any other
   * keeps its data. Calling it again does nothing.
   *
   * @throws LabError `stop-failed`
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#end()
    return this.#stopped
  }
  #stopped: Promise<void> | undefined;

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

function toLabNode({ name, port, id, role }: NodeStatus): LabNode {
  return { name, host, port, url: `redis://${host}:${port}`, id, role }
}

/** A lab that this process started and holds the lease of. `endRest` ends what a supervisor that was killed has left behind. */
export const leasedLab = (status: LabStatus, line: SupervisorLine, endRest: () => Promise<unknown>): Lab =>
  new Lab(status, async () => {
    try {
      await line.stop('lab.stop()')
    } catch (error) {
      if (LabError.from(error).code !== 'supervisor-failed') throw error
      await endRest()
    }
  })

/** A lab that somebody else started. */
export const foundLab = (status: LabStatus, found: Exclude<FoundLab, { kind: 'stopped' }>): Lab =>
  new Lab(status, () => endLab(found))
