/**
 * The moment of a dump: writes pause on all masters, each one forks, writes go on.
 *
 * What a fork has is what its master had when it was made (BGSAVE). While writes are paused on all masters at once, all forks
 * together are a cut: a write is in it when it was answered before, and is not when it was begun after. So writes wait for as
 * long as forking takes, a few milliseconds, however much there is to be written down; and replicas need not be asked, because
 * their masters have all that they have.
 *
 * Before 6.2 a pause holds everybody up and has no end but its time: one transaction pauses and forks there. It is a cut as long
 * as the last one has forked before the first pause is over.
 */
import type { NodeClient, Reply } from '../../node/index.js'
import { isMyself, parseNodes } from '../nodes-text.js'
import type { Member } from '../member.js'
import type { WritePauses } from '../pause-writes.js'

/** Should whoever paused them be killed, the masters go on by themselves after this. */
const longestPauseMs = 5000
/** Where a pause cannot be ended. */
const fixedPauseMs = 400

export interface Fork {
  readonly keys: number
  /** What the master owned when it had forked, as CLUSTER NODES spells it. */
  readonly slots: string
}

export interface Cut {
  /** One for each master, in the same order: its fork, or why there is none. */
  readonly forks: readonly PromiseSettledResult<Fork>[]
  readonly pausedMs: number
  /** All masters were paused until the last one had forked. */
  readonly whole: boolean
}

/** @throws ConnectionError when a master could not be paused; none is then */
export async function cut(masters: readonly Member[], pauses: WritePauses): Promise<Cut> {
  const clients = await Promise.all(masters.map((master) => master.client()))
  const startedAt = Date.now()
  const end = await pauses.pause(masters, longestPauseMs)
  try {
    const forks = await Promise.allSettled(clients.map(end ? forkAlone : forkInPause))
    const pausedMs = Date.now() - startedAt
    return { forks, pausedMs, whole: pausedMs < (end ? longestPauseMs : fixedPauseMs) }
  } finally {
    await end?.()
  }
}

async function forkAlone(client: NodeClient): Promise<Fork> {
  const [keys, nodes, saved] = await Promise.allSettled([
    client.call('DBSIZE'),
    client.call('CLUSTER', 'NODES'),
    client.call('BGSAVE'),
  ])
  if (saved.status === 'rejected') throw saved.reason
  if (keys.status === 'rejected') throw keys.reason
  if (nodes.status === 'rejected') throw nodes.reason
  return asFork(keys.value, nodes.value)
}

async function forkInPause(client: NodeClient): Promise<Fork> {
  const calls = [
    client.call('MULTI'),
    client.call('CLIENT', 'PAUSE', fixedPauseMs),
    client.call('DBSIZE'),
    client.call('CLUSTER', 'NODES'),
    client.call('BGSAVE'),
  ]
  const [result] = await Promise.all([client.call('EXEC'), ...calls])
  // What is refused inside of a transaction arrives as an error among the answers.
  const [, keys = null, nodes = null, saved] = (Array.isArray(result) ? result : []) as (Reply | Error)[]
  if (saved instanceof Error) throw saved
  return asFork(keys as Reply, nodes as Reply)
}

const asFork = (keys: Reply, nodes: Reply): Fork => ({
  keys: Number(keys),
  slots: parseNodes(String(nodes)).find(isMyself)?.slots.join(' ') ?? '',
})
