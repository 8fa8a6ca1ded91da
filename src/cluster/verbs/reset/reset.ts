/**
 * A running cluster back to its plan, and empty.
 *
 * DESIGN. Round after round: every node is looked at and emptied in one round trip (clean.ts), the plan is held against what
 * they show (plan.ts), and what differs is undone, step by step, each waiting for its fact (take-step.ts). What was refused or
 * did not come about shows in the next round, and so does whatever went wrong meanwhile. It ends when nothing differs and
 * nothing was refused; if the roles or slots were touched, or a node was away, after the cluster is proven ready once more.
 *
 * Where only data has changed there is one round, and then each master's word that its replicas have followed.
 *
 * What is not touched: connections, and what belongs to one (subscriptions, transactions, tracking). Whoever is connected stays
 * so, except through a node or a user that had to go.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../../../errors.js'
import type { Emit, ReadyLevel } from '../../../events.js'
import type { Member, Shape } from '../../member.js'
import type { Climb } from '../../climb.js'
import type { PlannedNode } from '../../topology.js'
import { waitReady } from '../../wait.js'
import { clean } from './clean.js'
import { gossip } from './facts.js'
import { planReset } from './plan.js'
import type { Settings } from './settings.js'
import type { Sight } from './sight.js'
import type { Step } from './step.js'
import { takeStep, type Wakers } from './take-step.js'
import { Tally } from './tally.js'

export interface ResetOptions {
  readonly plan: readonly PlannedNode[]
  readonly shape: Shape
  /** What each node was like when the lab was formed, by name; of a node that is missing here settings stay as they are. */
  readonly baseline: ReadonlyMap<string, Settings>
  /** How far the result is proven where more than data had changed. */
  readonly level: ReadyLevel
  readonly wakers: Wakers
  /** From Date.now(). */
  readonly deadline: number
  /** Aborted, with the reason, when the lab goes down. */
  readonly signal: AbortSignal
  readonly emit: Emit
}

export interface Reset {
  /** What was found otherwise and undone, in words; empty where nothing was. */
  readonly undone: readonly string[]
  /** What everybody said in the end, where more than data had changed. */
  readonly climb: Climb | undefined
}

/** A step that takes longer is looked at afresh: something else may be in its way. */
const longestStepMs = 10_000
/** What is not proven by then lacks news, which can be had faster than by waiting, or time, of which each attempt gets more. */
const proofMs = (attempt: number, count: number): number => Math.min(5000, (100 + 10 * count) * attempt)
const acknowledgedMs = 1000
/** What was refused a moment ago is not asked for at once again. */
const againMs = 20

/** @throws LabError `reset-failed` at the deadline, with what is still otherwise · the reason of `signal` */
export async function resetCluster(members: readonly Member[], options: ResetOptions): Promise<Reset> {
  const { deadline, signal } = options
  const rounds = new Rounds(members, options)
  for (;;) {
    signal.throwIfAborted()
    const { done, lacks } = await rounds.next()
    if (done) return done
    signal.throwIfAborted()
    if (Date.now() >= deadline) throw tooLate(lacks)
    if (lacks.length > 0) await sleep(againMs)
  }
}

interface Round {
  readonly done?: Reset
  /** What did not come about in this round, a line each. */
  readonly lacks: readonly string[]
}

class Rounds {
  readonly #members: readonly Member[]
  readonly #options: ResetOptions
  readonly #tally = new Tally()
  /** Waiting for agreement was the last thing that was done. */
  #waited = false
  /** More than data had changed. */
  #touched = false
  #attempts = 0
  /** Replicas that were made masters here, for a while. */
  readonly #standIns = new Set<string>()
  #mayStandIn = true
  /** Since then the cluster was proven ready. */
  #proven: Climb | undefined

  constructor(members: readonly Member[], options: ResetOptions) {
    this.#members = members
    this.#options = options
  }

  async next(): Promise<Round> {
    const { plan, baseline } = this.#options
    const cleaned = await Promise.all(this.#members.map((member) => clean(member, baseline.get(member.name))))
    this.#tally.count(cleaned)
    const sights = cleaned.map(({ sight }) => sight)
    const refusals = cleaned.flatMap((node) => node.refusals)
    const steps = planReset(plan, sights, { waited: this.#waited, standIn: this.#mayStandIn })
    if (steps.length > 0) return { lacks: [...(await this.#takeAll(steps, sights)), ...refusals] }
    if (refusals.length > 0) return { lacks: refusals }
    const ok = sights.every((sight) => sight.kind === 'there' && sight.ok)
    if (!this.#proven && (this.#touched || !ok)) return { lacks: await this.#prove() }
    const lacks = await this.#unacknowledged()
    // A replica is missing, which only a proof can wait for.
    if (lacks.length > 0) this.#disturbed()
    return lacks.length > 0 ? { lacks } : { lacks, done: { undone: this.#tally.words(), climb: this.#proven } }
  }

  #disturbed(): void {
    this.#touched = true
    this.#attempts = 0
    this.#proven = undefined
  }

  /** Nodes wake side by side; any other step may depend on the one before it. */
  async #takeAll(steps: readonly Step[], sights: readonly Sight[]): Promise<string[]> {
    this.#disturbed()
    this.#waited = steps.every(({ kind }) => kind === 'settle')
    const { wakers, signal } = this.#options
    const ids = new Map(sights.flatMap((sight) => (sight.kind === 'there' ? [[sight.name, sight.me.id] as const] : [])))
    const take = async (step: Step): Promise<string[]> => {
      try {
        const patience = { deadline: this.#soon(longestStepMs), signal }
        await takeStep(step, { members: this.#members, ids, wakers, patience })
        return []
      } catch (error) {
        signal.throwIfAborted()
        return linesOf(error)
      }
    }
    const wakes = steps.every(({ kind }) => kind === 'start' || kind === 'resume' || kind === 'revive')
    if (wakes) {
      const lacks = await Promise.all(steps.map(take))
      steps.filter((_, index) => lacks[index]?.length === 0).forEach((step) => this.#tally.step(step))
      return lacks.flat()
    }
    for (const step of steps) {
      const lacks = await take(step)
      // A stand-in that does not come about is done without.
      if (lacks.length > 0 && step.kind === 'stand-in') this.#mayStandIn = false
      if (lacks.length > 0) return lacks
      this.#note(step)
    }
    return []
  }

  /** What only gave back what was lent undoes nothing. */
  #note(step: Step): void {
    if (step.kind === 'stand-in') this.#standIns.add(step.node)
    if (step.kind !== 'promote' || !this.#standIns.delete(step.former)) this.#tally.step(step)
  }

  async #prove(): Promise<readonly string[]> {
    const { shape, level, signal, emit } = this.#options
    try {
      const deadline = this.#soon(proofMs(++this.#attempts, this.#members.length))
      this.#proven = await waitReady(this.#members, shape, { level, deadline, signal, emit })
      return []
    } catch (error) {
      signal.throwIfAborted()
      await gossip(this.#members)
      return linesOf(error)
    }
  }

  /** Every replica has followed its master through the flush. */
  async #unacknowledged(): Promise<string[]> {
    const { plan } = this.#options
    const asked = await Promise.all(
      plan.map(async ({ name }, index): Promise<string[]> => {
        const wanted = plan.filter(({ masterName }) => masterName === name).length
        const member = this.#members[index]
        if (wanted === 0 || !member) return []
        try {
          const count = await (await member.client()).call('WAIT', wanted, acknowledgedMs)
          return Number(count) >= wanted ? [] : [`${name}: ${String(count)} of its ${wanted} replicas have followed`]
        } catch (error) {
          return [`${name}: ${(error as Error).message}`]
        }
      }),
    )
    return asked.flat()
  }

  #soon(ms: number): number {
    return Math.min(this.#options.deadline, Date.now() + ms)
  }
}

function linesOf(error: unknown): string[] {
  const { message, details } = error as { message: string; details?: readonly string[] }
  return details && details.length > 0 ? [...details] : [message]
}

function tooLate(lacks: readonly string[]): LabError {
  return new LabError({
    code: 'reset-failed',
    message: 'the lab could not be brought back to its plan in its time',
    hint: 'The lines above say what is still otherwise; --timeout gives it more time. redis-lab down --purge and up begin anew.',
    details: lacks,
  })
}
