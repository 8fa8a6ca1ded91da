/** Resets of one lab: what they go back to, and how. */
import { resetCluster, type Climb, type Shape, type TemporaryChanges } from '../cluster/index.js'
import type { Emit } from '../events.js'
import type { RedisNode, User } from '../node/index.js'
import { nodeFiles } from '../paths.js'
import { recallBaseline, renewBaseline, takeBaseline, type Baseline } from './baseline.js'
import { applyVerb } from './node-verbs.js'
import type { Operations } from './operations.js'
import type { LabRecord } from './record.js'
import type { Restarts } from './restarts.js'
import type { ResetResult } from './status.js'
import { readUsersFile, writeUsers } from './users.js'

export interface ResetsOptions {
  readonly record: LabRecord
  readonly user: User | undefined
  readonly shape: Shape
  readonly nodes: readonly RedisNode[]
  readonly restarts: Restarts
  readonly operations: Operations
  readonly temporary: TemporaryChanges
  readonly emit: Emit
  /** More than data had changed: this is what every node says of the cluster now. */
  readonly onChange: (climb: Climb) => void
}

export class Resets {
  readonly #options: ResetsOptions
  #baseline: Promise<Baseline> | undefined

  constructor(options: ResetsOptions) {
    this.#options = options
  }

  /** What a reset goes back to; undefined until the lab is ready. */
  get baseline(): Promise<Baseline> | undefined {
    return this.#baseline
  }

  /** To be called in the moment in which the lab is ready. */
  begin({ adopted }: { adopted: boolean }): void {
    const { record, nodes, user, temporary } = this.#options
    this.#baseline = (adopted ? recallBaseline : takeBaseline)({ dir: record.dir, nodes, user, temporary })
  }

  /**
   * @returns what was undone, in words
   * @throws LabError `reset-failed`; `interrupted` when the lab is taken down meanwhile
   */
  run({ timeoutMs }: { timeoutMs: number }): Promise<ResetResult> {
    const deadline = Date.now() + timeoutMs
    return this.#options.operations.inTurn('the reset', deadline, (signal) => this.#run(deadline, signal))
  }

  /** A node has another release, with directives of its own: what it is like now is what it goes back to. */
  async renew(node: RedisNode): Promise<void> {
    const { record, user, temporary } = this.#options
    const known = (await this.#baseline) ?? new Map<string, never>()
    this.#baseline = renewBaseline({ dir: record.dir, user, temporary }, known, node)
    await this.#baseline
  }

  async #run(deadline: number, signal: AbortSignal): Promise<ResetResult> {
    const { record, shape, nodes, restarts, temporary, emit, onChange } = this.#options
    const startedAt = Date.now()
    for (const node of nodes) node.observe()
    const nodeOf = (name: string) => nodes.find((one) => one.name === name) as RedisNode
    const wake = async (node: RedisNode, verb: 'start' | 'resume') => {
      if (node.state === 'stopping') await node.stop('stop')
      // Of a lab that goes down nothing is started any more: nobody would end it.
      signal.throwIfAborted()
      await applyVerb(verb, node, restarts, { deadline, restart: true })
    }
    const baseline = (await this.#baseline) ?? new Map<string, never>()
    // A node that has to be started again is to find its users as they were.
    const restored = restoreUsersFiles(nodes, baseline)
    const { undone: others, climb } = await resetCluster(nodes, {
      plan: record.nodes,
      shape,
      baseline,
      leastLevel: record.spec.wait,
      wakers: {
        start: (name) => wake(nodeOf(name), 'start'),
        resume: (name) => wake(nodeOf(name), 'resume'),
        revive: async (name) => {
          const node = nodeOf(name)
          restarts.hold(node)
          await node.kill()
          await wake(node, 'start')
        },
      },
      temporary,
      deadline,
      signal,
      emit,
    })
    if (climb) onChange(climb)
    const undone = [...restored, ...others]
    const elapsedMs = Date.now() - startedAt
    emit({ type: 'lab-reset', undone, elapsedMs })
    return { undone, elapsedMs }
  }
}

/** ACL SAVE has written what a test made of the users. @returns what was undone, in words */
function restoreUsersFiles(nodes: readonly RedisNode[], baseline: Baseline): string[] {
  return nodes.flatMap(({ name, dir, folderIsGone }) => {
    const wanted = baseline.get(name)?.usersFile
    const file = nodeFiles.users(dir)
    if (wanted === undefined || folderIsGone || readUsersFile(file) === wanted) return []
    writeUsers(file, wanted)
    return [`${name}: its users.acl was saved otherwise: it is as before`]
  })
}
