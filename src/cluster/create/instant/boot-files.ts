/**
 * The nodes.conf that each server boots from. Pure.
 *
 * A master boots as the replica of a ghost: a master with its slots that nobody runs. All other slots belong to a second ghost,
 * whose replicas the other masters seem to be. So every slot has an owner and the node is in state "ok" from its first moment,
 * which a master would be only after 2 seconds. It then takes its ghost's slots over.
 *
 * A replica boots later, when the masters are what they are to be, and is told the truth.
 *
 *  - A ghost has the flag "handshake": a node in handshake is never told to others, is not written to nodes.conf, and goes away
 *    by itself should nobody forget it. Its port is 0: nobody answers there.
 *  - Of a node that says no shard id, before 7.2, the others take that of the master which it seems to have. Where only some
 *    say theirs, two of the others would become one shard for good: there each of them seems to have a ghost of its own.
 *  - A node that is started later has the flag "noaddr": there is no point in calling it. It will call, and is known then.
 */
import { busPortOf } from '../../../spec/index.js'
import type { SlotRange } from '../../topology.js'
import type { Target, TargetMaster, TargetReplica } from './target.js'

export interface ShardOptions {
  /** The engine writes and expects shard ids. */
  readonly shardIds: boolean
}

export interface BootFileOptions extends ShardOptions {
  /** Masters know the addresses only of those that are started before them; many that call each other in vain are a storm. */
  readonly onlyEarlier: boolean
}

/** Their ids. */
export interface Ghosts {
  readonly own: string
  readonly other: string
  /** One for each other master instead of `other`, with its shard id, where some masters say theirs and some have none. */
  readonly each?: ReadonlyMap<TargetMaster, string>
}

const host = '127.0.0.1'

/** For a master that is about to be started for the first time or again. */
export function masterBootFile(target: Target, me: TargetMaster, ghosts: Ghosts, options: BootFileOptions): string {
  const { masters, replicas, lastEpoch, lastVoteEpoch } = target
  const mine = masters.indexOf(me)
  const lines = masters.map((master, index) =>
    line({
      id: master.id,
      port: options.onlyEarlier && index > mine ? undefined : master.server.port,
      shardId: shardIdOf(master, options),
      flags: master === me ? ['myself', 'slave'] : ['slave'],
      masterId: master === me ? ghosts.own : (ghosts.each?.get(master) ?? ghosts.other),
      epoch: 0,
    }),
  )
  lines.push(...replicas.map((replica) => replicaLine(replica, { options, port: undefined, epoch: 0 })))
  const ghost = { port: 0, flags: ['master', 'handshake'], masterId: null }
  lines.push(line({ ...ghost, id: ghosts.own, shardId: shardIdOf(me, options), epoch: lastEpoch, slots: me.slots }))
  if (ghosts.each) {
    for (const [master, id] of ghosts.each) {
      if (master !== me)
        lines.push(line({ ...ghost, id, shardId: shardIdOf(master, options), epoch: 0, slots: master.slots }))
    }
    return file(lines, lastEpoch, lastVoteEpoch)
  }
  const others = masters.filter((master) => master !== me).flatMap((master) => master.slots)
  // Its replicas are of many shards, so it names none; Redis checks the two against each other when it reads the file.
  if (others.length > 0) lines.push(line({ ...ghost, id: ghosts.other, shardId: undefined, epoch: 0, slots: others }))
  return file(lines, lastEpoch, lastVoteEpoch)
}

/** For a replica that is started when the masters have taken over, with the epochs that they have got. */
export function replicaBootFile(
  target: Target,
  me: TargetReplica,
  epochs: ReadonlyMap<TargetMaster, number>,
  options: BootFileOptions,
): string {
  const { masters, replicas, lastVoteEpoch } = target
  const mine = replicas.indexOf(me)
  const lines = masters.map((master) =>
    line({
      id: master.id,
      port: master.server.port,
      shardId: shardIdOf(master, options),
      flags: ['master'],
      masterId: null,
      epoch: epochs.get(master) ?? 0,
      slots: master.slots,
    }),
  )
  // Of two replicas the later one calls the earlier one first, and is called back at the next tick: whichever way news went
  // before that tick, they go over a fresh connection then.
  lines.push(
    ...replicas.map((replica, index) =>
      replicaLine(replica, {
        options,
        port: index > mine ? undefined : replica.server.port,
        epoch: epochs.get(replica.master) ?? 0,
        myself: replica === me,
      }),
    ),
  )
  return file(lines, Math.max(...epochs.values()), lastVoteEpoch)
}

/**
 * For a node of a cluster that has formed, or is to look as if it had: the truth about everybody, and an epoch of its own for
 * each master.
 */
export function settledFile(target: Target, me: { readonly id: string }, options: ShardOptions): string {
  const { masters, replicas, lastEpoch, lastVoteEpoch } = target
  const epochs = new Map(masters.map((master, index) => [master, lastEpoch + index + 1]))
  const lines = masters.map((master) =>
    line({
      id: master.id,
      port: master.server.port,
      shardId: shardIdOf(master, options),
      flags: master.id === me.id ? ['myself', 'master'] : ['master'],
      masterId: null,
      epoch: epochs.get(master) ?? 0,
      slots: master.slots,
    }),
  )
  const facts = (replica: TargetReplica) => ({
    options,
    port: replica.server.port,
    epoch: epochs.get(replica.master) ?? 0,
    myself: replica.id === me.id,
  })
  lines.push(...replicas.map((replica) => replicaLine(replica, facts(replica))))
  return file(lines, lastEpoch + masters.length, lastVoteEpoch)
}

function replicaLine(
  { id, master }: TargetReplica,
  facts: { options: ShardOptions; port: number | undefined; epoch: number; myself?: boolean },
): string {
  return line({
    id,
    port: facts.port,
    shardId: shardIdOf(master, facts.options),
    flags: facts.myself ? ['myself', 'slave'] : ['slave'],
    masterId: master.id,
    epoch: facts.epoch,
  })
}

const shardIdOf = ({ shardId }: TargetMaster, { shardIds }: ShardOptions): string | undefined =>
  shardIds ? shardId : undefined

interface LineFacts {
  readonly id: string
  /** Undefined: not known yet. */
  readonly port: number | undefined
  readonly shardId: string | undefined
  readonly flags: readonly string[]
  readonly masterId: string | null
  readonly epoch: number
  readonly slots?: readonly SlotRange[]
}

function line({ id, port, shardId, flags, masterId, epoch, slots = [] }: LineFacts): string {
  const bus = port === 0 ? 0 : busPortOf(port ?? 0)
  const address = port === undefined ? ':0@0' : `${host}:${port}@${bus}`
  const ranges = slots.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
  return [
    shardId === undefined ? `${id} ${address}` : `${id} ${address},,shard-id=${shardId}`,
    [...flags, ...(port === undefined ? ['noaddr'] : [])].join(','),
    masterId ?? '-',
    '0 0',
    epoch,
    'connected',
    ...ranges,
  ].join(' ')
}

const file = (lines: readonly string[], currentEpoch: number, lastVoteEpoch: number): string =>
  [...lines, `vars currentEpoch ${currentEpoch} lastVoteEpoch ${lastVoteEpoch}`, ''].join('\n')
