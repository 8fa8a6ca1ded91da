/**
 * What callers have asked of a running lab and what is not done yet.
 *
 * Failovers, resets and snapshots take turns: each needs a cluster that no other operation changes meanwhile. Node commands and
 * waits run beside them.
 *
 * When the lab is taken down, each of them is answered at once with one sentence that says so, instead of with whatever its nodes
 * fail with from then on.
 */
import { LabError } from '../errors.js'
import { ConnectionError } from '../node/index.js'
import { commandFor } from '../spec/index.js'
import { deferred } from '../util/deferred.js'

type Work<Result> = (signal: AbortSignal) => Promise<Result>

export class Operations {
  readonly #lab: string
  readonly #closing = new AbortController()
  readonly #interrupts = new Set<() => void>()
  readonly #underWay = new Set<Promise<unknown>>()
  #reason = ''
  /** Settles when every operation that was asked for before has had its turn. */
  #last: Promise<unknown> = Promise.resolve()
  #current = ''

  /** @param lab its name */
  constructor(lab: string) {
    this.#lab = lab
  }

  /** Aborted when the lab is taken down. */
  get signal(): AbortSignal {
    return this.#closing.signal
  }

  /**
   * Runs one that changes no node.
   *
   * @param what as the subject of a sentence: "the reset"
   * @throws LabError `interrupted` when the lab is taken down meanwhile
   */
  wait<Result>(what: string, work: Work<Result>): Promise<Result> {
    return this.#interruptible(what, work(this.signal))
  }

  /** Runs one that changes nodes, beside others. @throws LabError `interrupted` when the lab is taken down meanwhile */
  run<Result>(what: string, work: Work<Result>): Promise<Result> {
    const working = work(this.signal)
    const over = working.catch(() => {}).finally(() => this.#underWay.delete(over))
    this.#underWay.add(over)
    return this.#interruptible(what, working)
  }

  /**
   * Runs one when those that were asked for before are over.
   *
   * @param deadline from Date.now(); what has not begun by then does not begin
   * @throws LabError `wrong-state` when its turn did not come in time, `interrupted` when the lab is taken down meanwhile
   */
  inTurn<Result>(what: string, deadline: number, work: Work<Result>): Promise<Result> {
    const before = this.#last
    const over = deferred<void>()
    this.#last = Promise.all([before, over.promise])
    return this.run(what, async (signal) => {
      try {
        if (!(await settlesBy(before, deadline))) throw occupied(what, this.#current)
        signal.throwIfAborted()
        this.#current = what
        return await work(signal)
      } finally {
        // The answer that the lab is taken down comes before this; the next turn does not.
        over.resolve()
      }
    })
  }

  /** Resolves when those that change nodes are over, as far as they were asked for by now. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** The lab is taken down, for this reason. */
  close(reason: string): void {
    if (this.signal.aborted) return
    this.#reason = reason
    this.#closing.abort(new LabError({ code: 'interrupted', message: `the lab was taken down (${reason})` }))
    for (const interrupt of this.#interrupts) interrupt()
  }

  #interruptible<Result>(what: string, working: Promise<Result>): Promise<Result> {
    const interrupted = () =>
      new LabError({
        code: 'interrupted',
        message: `${what} was interrupted: the lab was taken down (${this.#reason})`,
      })
    return new Promise((resolve, reject) => {
      const interrupt = () => reject(interrupted())
      this.#interrupts.add(interrupt)
      working
        .then(resolve, (error: unknown) => reject(this.signal.aborted ? interrupted() : this.#understood(what, error)))
        .finally(() => this.#interrupts.delete(interrupt))
    })
  }

  /** A node that does not answer is not a defect of redis-lab. */
  #understood(what: string, error: unknown): Error {
    if (!(error instanceof ConnectionError)) return error as Error
    const message = `${what} was given up, because a node did not answer: ${error.message}`
    const hint = `${commandFor(this.#lab, 'status')} shows which one.`
    return new LabError({ code: 'not-ready', message, hint }, { cause: error })
  }
}

/** @returns whether it does */
async function settlesBy(work: Promise<unknown>, deadline: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, deadline - Date.now(), false)
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

function occupied(what: string, current: string): LabError {
  return new LabError({
    code: 'wrong-state',
    message: `${what} was not begun: ${current} is still under way`,
    hint: 'Run it again when that is done, or give it more time with --timeout.',
  })
}
