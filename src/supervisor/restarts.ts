/** What becomes of a server that has ended unasked: started again after a while, or given up with the end of its log. */
import { LabError } from '../errors.js'
import type { Emit } from '../events.js'
import { logTail, type RedisNode } from '../node/index.js'
import { decideRestart, type CrashFacts } from './restart-policy.js'
import type { CrashStatus } from './status.js'

export interface RestartsOptions {
  readonly emit: Emit
  /** False: whatever crashes stays so. */
  readonly enabled: boolean
}

export class Restarts {
  readonly #options: RestartsOptions
  readonly #crashes = new Map<RedisNode, CrashFacts[]>()
  readonly #timers = new Map<RedisNode, NodeJS.Timeout>()
  readonly #tails = new Map<RedisNode, readonly string[]>()
  /** Not started again until somebody says so. */
  readonly #held = new Set<RedisNode>()
  #closed = false

  constructor(options: RestartsOptions) {
    this.#options = options
  }

  /** @param asked somebody wanted it to crash: that says nothing about the server */
  onCrash(node: RedisNode, { asked }: { asked: boolean }): void {
    const { emit, enabled } = this.#options
    const now = Date.now()
    const before = this.#crashes.get(node) ?? []
    const crashes = asked ? before : [...before, { atMs: now, hadListened: node.hasListened }]
    this.#crashes.set(node, crashes)
    if (!enabled || this.#held.has(node)) {
      // Of one that was killed its last words say nothing about it.
      if (!asked) void this.#keepTail(node)
      return
    }
    const decision = asked ? ({ kind: 'restart', delayMs: 0 } as const) : decideRestart(crashes, now)
    if (decision.kind === 'give-up') {
      this.#held.add(node)
      void this.#keepTail(node).then((tail) =>
        emit({ type: 'node-gave-up', node: node.name, crashes: decision.crashes, logTail: tail }),
      )
      return
    }
    const { delayMs } = decision
    emit({ type: 'node-restarting', node: node.name, attempt: node.restarts + 1, delayMs })
    this.#timers.set(
      node,
      setTimeout(() => this.#restart(node), delayMs),
    )
  }

  /** It is not started again, whatever happens, until release(). */
  hold(node: RedisNode): void {
    this.#held.add(node)
    clearTimeout(this.#timers.get(node))
    this.#timers.delete(node)
  }

  /** From here on it counts as new. */
  release(node: RedisNode): void {
    this.hold(node)
    this.#held.delete(node)
    this.#crashes.delete(node)
    this.#tails.delete(node)
  }

  /** The lab goes down: nothing is started any more, for nobody would end it. */
  close(): void {
    this.#closed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  /** @throws LabError `wrong-state` once the lab goes down */
  requireOpen(): void {
    if (this.#closed) throw new LabError({ code: 'wrong-state', message: 'the lab is going down' })
  }

  statusOf(node: RedisNode): CrashStatus | undefined {
    if (node.exit === undefined) return undefined
    return {
      exit: node.exit,
      restarting: this.#timers.has(node),
      logTail: this.#tails.get(node) ?? [],
    }
  }

  #restart(node: RedisNode): void {
    this.#timers.delete(node)
    node.restarts++
    try {
      node.start([], 'crash')
    } catch {
      // Its folder cannot be used: as much of a crash as any other.
      this.onCrash(node, { asked: false })
      return
    }
    // Should it not come up, its exit is the next crash; should it only be slow, it is "starting" until it answers.
    node.listening({ deadline: Infinity }).catch(() => {})
  }

  async #keepTail(node: RedisNode): Promise<readonly string[]> {
    const tail = await logTail(node).catch(() => [])
    this.#tails.set(node, tail)
    return tail
  }
}
