/** Resets of one lab, one after the other: each finds the lab as the one before has left it. */
import { resetCluster, type Climb, type Shape } from '../cluster/index.js'
import { LabError } from '../errors.js'
import type { Emit } from '../events.js'
import type { RedisNode, User } from '../node/index.js'
import { nodeFiles } from '../paths.js'
import { recallBaseline, renewBaseline, takeBaseline, type Baseline } from './baseline.js'
import { applyVerb } from './node-verbs.js'
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
  readonly emit: Emit
  /** More than data had changed: this is what every node says of the cluster now. */
  readonly onChange: (climb: Climb) => void
}

export class Resets {
  readonly #options: ResetsOptions
  readonly #closing = new AbortController()
  #baseline: Promise<Baseline> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: ResetsOptions) {
    this.#options = options
  }

  /** To be called in the moment in which the lab is ready. */
  begin({ adopted }: { adopted: boolean }): void {
    const { record, nodes, user } = this.#options
    this.#baseline = (adopted ? recallBaseline : takeBaseline)({ dir: record.dir, nodes, user })
  }

  /**
   * @returns what was undone, in words
   * @throws LabError `wrong-state` when the lab goes down, now or meanwhile; `reset-failed`
   */
  run({ timeoutMs }: { timeoutMs: number }): Promise<ResetResult> {
    const deadline = Date.now() + timeoutMs
    const own = this.#last.then(() => this.#run(deadline))
    this.#last = own.catch(() => {})
    return own
  }

  /** A node has another release, with directives of its own: what it is like now is what it goes back to. */
  async renew(node: RedisNode): Promise<void> {
    const { record, user } = this.#options
    const known = (await this.#baseline) ?? new Map<string, never>()
    this.#baseline = renewBaseline({ dir: record.dir, user }, known, node)
    await this.#baseline
  }

  /** Resolves when those that were asked for are over. */
  async idle(): Promise<void> {
    await this.#last
  }

  /** The lab goes down: nothing is put in order any more. */
  close(): void {
    const message = 'the lab is going down: it is not reset any more'
    this.#closing.abort(new LabError({ code: 'wrong-state', message }))
  }

  async #run(deadline: number): Promise<ResetResult> {
    const { record, shape, nodes, restarts, emit, onChange } = this.#options
    const { signal } = this.#closing
    signal.throwIfAborted()
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
      level: record.spec.wait,
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
