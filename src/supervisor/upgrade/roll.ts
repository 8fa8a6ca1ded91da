/**
 * A running cluster from one release to another, node by node, without losing a write that a replica has acknowledged.
 *
 * Each step waits for its fact before the next one begins: after a node has been upgraded the cluster is proven `full` again. A
 * replica that has just seen its master's place taken by a newer one is not waited for, because it may not be able to read what
 * that one sends: it is upgraded next.
 *
 * What is acknowledged stays: a master hands over by agreement alone, which waits until the replica has every write, and
 * nobody who owns slots is ever stopped but one that has no replica, and that one has its data on disk.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import {
  askNodes,
  failover,
  giveShardIds,
  isMaster,
  isMyself,
  isServing,
  waitReady,
  type Climb,
  type Shape,
  type TemporaryChanges,
} from '../../cluster/index.js'
import { LabError, unreachable } from '../../errors.js'
import type { Emit, ReadyLevel } from '../../events.js'
import type { RedisNode } from '../../node/index.js'
import { spellRelease, type Build } from '../../release/index.js'
import { commandFor } from '../../spec/index.js'
import { until } from '../../util/until.js'
import type { UpgradedNode } from '../status.js'
import type { RollStep } from './plan.js'

export interface RollContext {
  readonly lab: string
  readonly nodes: readonly RedisNode[]
  readonly shape: Shape
  readonly goal: Build
  readonly steps: readonly RollStep[]
  /** For each step: a node that starts, a failover, the proof. */
  readonly timeoutMs: number
  /** Aborted, with the reason, when the lab goes down. */
  readonly signal: AbortSignal
  readonly emit: Emit
  readonly temporary: TemporaryChanges
  /** From here on the node is not started again by itself; then that it may be. */
  readonly hold: (node: RedisNode) => void
  readonly release: (node: RedisNode) => void
  /** Writes down what the node, which is stopped, is started with next. */
  readonly note: (node: RedisNode, way: 'forward' | 'back') => void
  /** What a reset goes back to is what it is like now; nothing, while it does not run. */
  readonly renew: (node: RedisNode) => Promise<void>
  /** It is as its new release has it, and the cluster is proven. */
  readonly settled: (node: RedisNode, climb: Climb) => Promise<void>
}

/** @throws LabError `upgrade-failed` with what is done and what is not · the reason of `signal` */
export async function roll(context: RollContext): Promise<UpgradedNode[]> {
  const { steps, lab, goal, signal } = context
  const done: UpgradedNode[] = []
  for (const [index, step] of steps.entries()) {
    try {
      signal.throwIfAborted()
      if (step.kind === 'upgrade') done.push(await upgradeNode(step, context))
      else if (step.kind === 'fail-over') await handOver(step, steps[index + 1], context)
      else unreachable(step)
    } catch (error) {
      signal.throwIfAborted()
      throw stopped({ lab, goal, done, step, left: steps.slice(index) }, LabError.from(error))
    }
  }
  return done
}

async function upgradeNode(
  { node: name, alone }: Extract<RollStep, { kind: 'upgrade' }>,
  context: RollContext,
): Promise<UpgradedNode> {
  const { nodes, shape, goal, timeoutMs, signal, emit, hold, release, note, settled } = context
  const node = memberOf(nodes, name)
  const from = node.build
  const startedAt = Date.now()
  const deadline = startedAt + timeoutMs
  await requireRole(node, alone)
  hold(node)
  const layout = layoutOf(node)
  await node.stop('upgrade')
  try {
    node.use(goal)
    giveShardIds(
      node,
      nodes.filter((other) => other !== node),
    )
    note(node, 'forward')
    // Should the rest not come about, a reset is not to go back to what the old release had.
    await context.renew(node)
    await startAgain(node, context, deadline)
  } catch (error) {
    signal.throwIfAborted()
    throw await goBack(node, { from, layout, deadline }, context, LabError.from(error))
  }
  release(node)
  if (alone) await ownsAgain(node, { deadline, signal })
  const slotsAwayMs = alone ? Date.now() - startedAt : null
  const climb = await waitReady(nodes, shape, { level: 'full', deadline, signal })
  await settled(node, climb)
  const [was, is] = [pick(from), pick(goal)]
  const facts = { node: name, port: node.port, from: spellRelease(was), to: spellRelease(is) }
  emit({ type: 'node-upgraded', ...facts, slotsAwayMs, elapsedMs: Date.now() - startedAt })
  return { name, port: node.port, from: was, to: is, slotsAwayMs }
}

/** Somebody else may have had a failover since the plan was made: nobody who owns slots is stopped but whom the plan says so of. */
async function requireRole(node: RedisNode, alone: boolean): Promise<void> {
  const own = (await askNodes(node)).find(isMyself)
  if (own && isMaster(own) === alone) return
  const role = alone ? 'is a replica' : 'is a master'
  throw new LabError({
    code: 'wrong-state',
    message: `${node.name} ${role} by now, after a failover that was not this one's`,
  })
}

async function startAgain(node: RedisNode, { signal }: RollContext, deadline: number): Promise<void> {
  // Of a lab that goes down nothing is started any more: nobody would end it.
  signal.throwIfAborted()
  node.start([], 'upgrade')
  await node.listening({ deadline, signal })
}

/**
 * The new release does not start. As long as it has not touched the data, the node is as well off with the old one, and the
 * lab is whole again.
 *
 * @returns what went wrong, and whether the node runs again
 */
async function goBack(
  node: RedisNode,
  { from, layout, deadline }: { from: Build; layout: string; deadline: number },
  context: RollContext,
  failure: LabError,
): Promise<LabError> {
  const said = (what: string) => new LabError({ ...failure.toJSON(), details: [...failure.details, what] })
  if (node.identity) {
    // It may only be slow. Whoever looks after it from here on is to know when it answers.
    context.release(node)
    node.listening({ deadline: Infinity }).catch(() => {})
  }
  if (node.identity || layoutOf(node) !== layout)
    return said(`${node.name} is left as it is: ${spellRelease(context.goal)} may have changed its data`)
  try {
    node.use(from)
    context.note(node, 'back')
    await startAgain(node, context, Math.max(deadline, Date.now() + 10_000))
    await context.renew(node)
    context.release(node)
    return said(`${node.name} runs ${spellRelease(from)} again`)
  } catch (error) {
    return said(`nor does it start with ${spellRelease(from)} again: ${LabError.from(error).message}`)
  }
}

/** Redis 7.0 makes a set of files of what was one, when it has read it. */
const layoutOf = ({ dir }: RedisNode): string =>
  ['appendonlydir', 'appendonly.aof'].filter((name) => existsSync(path.join(dir, name))).join(' ')

/** A master refuses its slots for 2 seconds after its start. */
async function ownsAgain(
  node: RedisNode,
  { deadline, signal }: { deadline: number; signal: AbortSignal },
): Promise<void> {
  const isOk = async () => (await isServing(node).catch(() => false)) || undefined
  if (await until(isOk, { deadline, signal, pollMs: 10 })) return
  throw new LabError({ code: 'not-ready', message: `${node.name} did not come to serve its slots again` })
}

async function handOver(
  { node: name, former }: Extract<RollStep, { kind: 'fail-over' }>,
  next: RollStep | undefined,
  { nodes, shape, timeoutMs, signal, emit, temporary }: RollContext,
): Promise<void> {
  const startedAt = Date.now()
  const deadline = startedAt + timeoutMs
  // Of a master that it is already it would make a replica.
  await requireRole(memberOf(nodes, name), false)
  await failover(nodes, memberOf(nodes, name), { mode: 'agreed', deadline, signal, temporary })
  emit({ type: 'failover-done', node: name, former, mode: 'agreed', elapsedMs: Date.now() - startedAt })
  const oldFollowsNew = next?.kind === 'upgrade' && next.node === former
  const level: ReadyLevel = oldFollowsNew ? 'ok' : 'full'
  await waitReady(nodes, shape, { level, deadline, signal })
}

function memberOf(nodes: readonly RedisNode[], name: string): RedisNode {
  const node = nodes.find((one) => one.name === name)
  if (!node) throw new Error(`the upgrade was planned with ${name}, which is not of this lab`)
  return node
}

const pick = ({ engine, version }: Build) => ({ engine, version })

interface Stop {
  readonly lab: string
  readonly goal: Build
  readonly done: readonly UpgradedNode[]
  readonly step: RollStep
  readonly left: readonly RollStep[]
}

function stopped({ lab, goal, done, step, left }: Stop, cause: LabError): LabError {
  const at = step.kind === 'upgrade' ? `at ${step.node}` : `when ${step.node} was to take the place of ${step.former}`
  const open = left.flatMap((one) => (one.kind === 'upgrade' ? [one.node] : []))
  const named = (names: readonly string[]) => (names.length > 0 ? names.join(', ') : 'none')
  return new LabError(
    {
      code: 'upgrade-failed',
      message: `the upgrade to ${spellRelease(goal)} stopped ${at}: ${cause.message}`,
      hint: `${cause.hint ? `${cause.hint} ` : ''}${commandFor(lab, 'status')} shows how the lab is; the same upgrade asked for again goes on from here.`,
      details: [...cause.details, `upgraded: ${named(done.map(({ name }) => name))}`, `not upgraded: ${named(open)}`],
    },
    { cause },
  )
}
