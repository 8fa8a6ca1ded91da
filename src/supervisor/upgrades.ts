/** Upgrades of one lab: one at a time, and while it runs nobody else starts or stops a node. */
import type { Climb, Shape, TemporaryChanges } from '../cluster/index.js'
import { LabError } from '../errors.js'
import type { Emit } from '../events.js'
import type { RedisNode } from '../node/index.js'
import { isSameRelease, spellRelease, type Build } from '../release/index.js'
import { buildOf } from './builds.js'
import type { LabRecord } from './record.js'
import type { Restarts } from './restarts.js'
import type { UpgradeResult } from './status.js'
import type { Refusal } from './upgrade/plan.js'

export interface UpgradesOptions {
  readonly nodes: readonly RedisNode[]
  readonly shape: Shape
  readonly restarts: Restarts
  readonly emit: Emit
  readonly temporary: TemporaryChanges
  /** Resolves when what was asked for before is over. */
  readonly idle: () => Promise<void>
  readonly record: () => LabRecord
  /** Written down before it returns. */
  readonly change: (record: LabRecord) => void
  /** What it boots from becomes that of the release that it has now, instead of that before. */
  readonly refresh: (node: RedisNode, before: Build) => void
  /** What a reset goes back to is taken anew. */
  readonly renew: (node: RedisNode) => Promise<void>
  /** A node runs its new release, and the cluster is proven: what was known of it is to be asked anew. */
  readonly onUpgraded: (node: RedisNode, climb: Climb) => Promise<void>
}

/** What was asked for, and what it came to. */
export interface UpgradeOrder {
  readonly redis: string
  readonly sha256?: string | undefined
  readonly build: Build
  /** For each step. */
  readonly timeoutMs: number
}

export class Upgrades {
  readonly #options: UpgradesOptions
  #running = false
  /** One stopped on its way, and the next one that is asked for continues it. */
  #isUnfinished = false
  #held: RedisNode | undefined

  constructor(options: UpgradesOptions) {
    this.#options = options
  }

  /** @throws LabError `wrong-state` while one is under way */
  requireNone(): void {
    if (!this.#running) return
    const message = 'the lab is being upgraded, node by node'
    throw new LabError({
      code: 'wrong-state',
      message,
      hint: 'Wait until that is over: redis-lab logs --events -f shows it.',
    })
  }

  /** The node is stopped for its upgrade, and nobody wanted it to stay so. */
  isUnderWay(node: RedisNode): boolean {
    return this.#held === node
  }

  /**
   * @param signal aborted when the lab is taken down
   * @throws LabError `wrong-state`, `bad-input` (nothing was touched then), `upgrade-failed` · the reason of `signal`
   */
  async run(order: UpgradeOrder, signal: AbortSignal): Promise<UpgradeResult> {
    this.requireNone()
    this.#running = true
    try {
      await this.#options.idle()
      return await this.#run(order, signal)
    } finally {
      this.#running = false
      this.#held = undefined
    }
  }

  async #run(order: UpgradeOrder, signal: AbortSignal): Promise<UpgradeResult> {
    const { nodes, shape, restarts, emit, temporary, record, change, refresh, renew, onUpgraded } = this.#options
    const { build: goal, timeoutMs } = order
    const startedAt = Date.now()
    const { look, planRoll, refusalOf, roll } = await import('./upgrade/index.js')
    const before = record()
    const { name: lab, nodes: planned, build: from } = before
    const done = (upgraded: UpgradeResult['nodes']): UpgradeResult => {
      change(finished(record(), order))
      return { from: releaseOf(from), to: releaseOf(goal), nodes: upgraded, elapsedMs: Date.now() - startedAt }
    }
    const isThere = nodes.every((node) => isSameRelease(node.build, goal))
    if (isThere && isSameRelease(from, goal)) return done([])
    const seen = await this.#whole(order, signal, () => look(nodes, { shape, planned, lab }))
    const refusal = refusalOf(seen, goal)
    if (refusal) throw impossible(goal, refusal)
    const steps = planRoll(seen, goal)
    const count = steps.filter(({ kind }) => kind === 'upgrade').length
    emit({ type: 'upgrade-started', from: spellRelease(from), to: spellRelease(goal), nodes: count })
    try {
      const upgraded = await roll({
        lab,
        nodes,
        shape,
        goal,
        steps,
        timeoutMs,
        signal,
        emit,
        temporary,
        hold: (node) => {
          restarts.requireOpen()
          restarts.hold(node)
          this.#held = node
        },
        release: (node) => {
          restarts.release(node)
          this.#held = undefined
        },
        note: (node, way) => {
          const noted = record().nodes.find(({ name }) => name === node.name)
          const before = noted ? buildOf(record(), noted) : node.build
          const write = () => change(withBuild(record(), node, order))
          // Cut off in between, a newer release is found with the redis.conf of an older one, which it can read.
          if (way === 'forward') write()
          refresh(node, before)
          if (way === 'back') write()
        },
        renew,
        settled: onUpgraded,
      })
      const result = done(upgraded)
      this.#isUnfinished = false
      emit({ type: 'upgrade-done', to: spellRelease(goal), nodes: upgraded.length, elapsedMs: result.elapsedMs })
      return result
    } catch (error) {
      this.#isUnfinished = true
      emit({ type: 'upgrade-stopped', to: spellRelease(goal), reason: LabError.from(error).message })
      throw error
    }
  }

  /** The lab as it is, once what crashed on the way of an unfinished upgrade runs again. */
  async #whole<Seen>(
    { build: goal, timeoutMs }: UpgradeOrder,
    signal: AbortSignal,
    look: () => Promise<Seen>,
  ): Promise<Seen> {
    const { nodes, restarts } = this.#options
    for (const node of nodes) node.observe()
    // After another supervisor has adopted the lab, its nodes tell: some run that release, and some do not yet.
    const isUnderWay = this.#isUnfinished || nodes.some(({ build }) => isSameRelease(build, goal))
    const has = (...states: readonly string[]) => nodes.some(({ state }) => states.includes(state))
    // What was stopped or paused on purpose is not waited for.
    if (!isUnderWay || has('stopped', 'paused') || !has('crashed', 'starting')) return look()
    const { startCrashed, onceWhole } = await import('./upgrade/index.js')
    const until = { deadline: Date.now() + timeoutMs, signal }
    await startCrashed({ nodes, restarts, ...until })
    return onceWhole(look, until)
  }
}

const releaseOf = ({ engine, version }: Build): UpgradeResult['to'] => ({ engine, version })

/** Until all nodes are upgraded the lab is a mixed one, and its record says it as that of any other. */
function withBuild(record: LabRecord, { name, build }: RedisNode, { redis }: UpgradeOrder): LabRecord {
  const { [name]: _, ...others } = record.spec.redisFor
  const isLabs = build.server === record.build.server
  const nodes = record.nodes.map((node) => {
    if (node.name !== name) return node
    const { build: _, ...rest } = node
    return isLabs ? rest : { ...rest, build }
  })
  return { ...record, nodes, spec: { ...record.spec, redisFor: isLabs ? others : { ...others, [name]: redis } } }
}

/** As if it had been begun with the new release. */
function finished(record: LabRecord, { redis, sha256, build }: UpgradeOrder): LabRecord {
  const { sha256: _, ...spec } = record.spec
  const isRun = record.nodes.some((node) => buildOf(record, node).server === build.server)
  // The same release may have come from elsewhere before: its servers run what they were started with.
  const chosen = isRun || !isSameRelease(record.build, build) ? build : record.build
  return {
    ...record,
    build: chosen,
    nodes: record.nodes.map((node) => {
      const { build: _, ...rest } = node
      const its = buildOf(record, node)
      return its.server === chosen.server ? rest : { ...rest, build: its }
    }),
    spec: { ...spec, redis, ...(sha256 !== undefined && { sha256 }), redisFor: {} },
  }
}

function impossible(goal: Build, { problems, hint }: Refusal): LabError {
  const [only = ''] = problems
  if (problems.length === 1) return new LabError({ code: 'bad-input', message: only, hint })
  const message = `the lab cannot be upgraded to ${spellRelease(goal)}`
  return new LabError({ code: 'bad-input', message, hint, details: problems })
}
