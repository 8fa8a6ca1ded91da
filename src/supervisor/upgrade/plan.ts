/**
 * What a rolling upgrade does, step by step. Pure.
 *
 * DESIGN. One node at a time in the whole cluster. In each shard its replicas come first, because a newer replica can read what
 * an older master sends and not the other way round; then one of them takes the master's place by agreement, and the old master
 * is upgraded as a replica. A master that has no replica is restarted with its data, and its slots are away for so long: these
 * come last, when the replicas of others have shown that the new release starts.
 *
 * In the end the masters are those of the lab's plan, as after a reset. That depends on nothing but the plan, so that an
 * upgrade which was cut off anywhere and is asked for again ends like one that was not. Where a shard has no master of the plan,
 * or several, the one it had when the upgrade was asked for has it again.
 */
import { canFollow, canTalk, isSameRelease, readsDataOf, spellRelease, type Build } from '../../release/index.js'

export type Release = Pick<Build, 'engine' | 'version'>

export interface RollNode {
  readonly name: string
  readonly release: Release
  readonly planned: 'master' | 'replica'
  /** The name of its master now; null of one that is a master. */
  readonly master: string | null
  /** What it has in memory is on disk when it has ended in order. */
  readonly keepsData: boolean
}

export type RollStep =
  /** Stopped, and started with the new build. `alone`: it is a master, and nobody has its slots meanwhile. */
  | { readonly kind: 'upgrade'; readonly node: string; readonly alone: boolean }
  /** `node` takes the place of `former` by agreement. */
  | { readonly kind: 'fail-over'; readonly node: string; readonly former: string }

interface Shard {
  readonly master: RollNode
  readonly replicas: readonly RollNode[]
}

export function planRoll(nodes: readonly RollNode[], goal: Release): RollStep[] {
  const shards = shardsOf(nodes)
  const isAlone = ({ replicas }: Shard) => replicas.length === 0
  // Where an upgrade was cut off after a failover the old master is not in sync, and nothing is proven until it is upgraded.
  const isStuck = ({ master, replicas }: Shard) =>
    replicas.some(({ release }) => !isSameRelease(release, master.release) && !canFollow(release, master.release))
  const others = shards.filter((shard) => !isAlone(shard))
  const order = [...others.filter(isStuck), ...others.filter((shard) => !isStuck(shard)), ...shards.filter(isAlone)]
  return order.flatMap((shard) => stepsOf(shard, goal))
}

function shardsOf(nodes: readonly RollNode[]): Shard[] {
  const masters = nodes.filter(({ master }) => master === null)
  return masters.map((master) => ({ master, replicas: nodes.filter((node) => node.master === master.name) }))
}

function stepsOf({ master, replicas }: Shard, goal: Release): RollStep[] {
  const isOld = ({ release }: RollNode) => !isSameRelease(release, goal)
  const upgrade = ({ name }: RollNode, alone = false): RollStep => ({ kind: 'upgrade', node: name, alone })
  if (replicas.length === 0) return isOld(master) ? [upgrade(master, true)] : []
  const planned = [master, ...replicas].filter(({ planned }) => planned === 'master')
  const home = planned.length === 1 && planned[0] ? planned[0] : master
  const steps = replicas.filter(isOld).map((replica) => upgrade(replica))
  let owner = master
  const handOver = (to: RollNode) => {
    steps.push({ kind: 'fail-over', node: to.name, former: owner.name })
    owner = to
  }
  if (isOld(master)) {
    handOver(replicas.find((replica) => replica === home) ?? (replicas[0] as RollNode))
    steps.push(upgrade(master))
  }
  if (owner !== home) handOver(home)
  return steps
}

/** Why it cannot be done, and what can be. */
export interface Refusal {
  /** A sentence each. */
  readonly problems: readonly string[]
  readonly hint: string
}

const another = 'Or begin another lab with that release: redis-lab up --name NAME --redis RELEASE.'

export function refusalOf(nodes: readonly RollNode[], goal: Release): Refusal | undefined {
  const to = spellRelease(goal)
  const old = nodes.filter(({ release }) => !isSameRelease(release, goal))
  const releases = old.map(({ release }) => release)
  const distinct = releases.filter((one, at) => releases.findIndex((other) => isSameRelease(one, other)) === at)
  const shards = shardsOf(nodes).filter(({ master }) => old.includes(master))
  const refusals: Refusal[] = [
    {
      problems: distinct
        .filter((one) => !readsDataOf(goal, one))
        .map((one) => `${to} cannot read the data of ${spellRelease(one)}`),
      hint: `A release reads what its own line and older ones have written. ${another.replace('Or begin', 'Begin')}`,
    },
    {
      problems: distinct
        .filter((one) => !canTalk(goal, one))
        .map((one) => `${to} and ${spellRelease(one)} do not understand each other as nodes of a cluster`),
      hint: `Go there by way of a 7.0, which understands both: redis-lab upgrade --redis 7.0. ${another}`,
    },
    {
      problems: shards
        .filter(({ master, replicas }) => replicas.length > 0 && !canFollow(goal, master.release))
        .map(({ master }) => `a replica with ${to} could not follow ${master.name} (${spellRelease(master.release)})`),
      hint: another.replace('Or begin', 'Begin'),
    },
    {
      problems: shards
        .filter(({ master, replicas }) => replicas.length === 0 && !master.keepsData)
        .map(
          ({ master }) =>
            `${master.name} has no replica and keeps nothing on disk: what it has would be lost when it is restarted`,
        ),
      hint: `Have it keep what it has: "appendonly yes" in its redis.conf and in CONFIG SET. ${another}`,
    },
  ]
  return refusals.find(({ problems }) => problems.length > 0)
}
