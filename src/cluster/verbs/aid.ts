/**
 * Where Redis leaves a failover undone that was asked for, it is helped along. Sources: Redis's cluster.c.
 *
 *  - The masters deny their votes to replicas of a master about which they have voted within the last two node timeouts
 *    (clusterSendFailoverAuthIfNeeded), 10 seconds by default: tests that fail over and back again would wait for that. Where
 *    the master holds its writes back and the replica has them all, a takeover is as safe as an election.
 *  - A manual failover that is not done within 5 seconds is forgotten (CLUSTER_MF_TIMEOUT): it is asked for again.
 *  - A replica that has won an election not long ago counts those votes again (failover_auth_count is reset only when the next
 *    election is due) and becomes master with the epoch of then, which nobody else believes. A new epoch makes them.
 *  - A new master tells everybody at once; one that has become a replica, or has a new epoch, only by and by, and until then the
 *    others take the one for a master without slots. With a short node timeout it asks them all at its next tick.
 */
import { LabError } from '../../errors.js'
import type { FailoverMode } from '../../events.js'
import { borrow } from '../create/instant/settings.js'
import { canBeAsked, type Member } from '../member.js'
import { isMaster, isMyself } from '../nodes-text.js'
import { askInfo, askNodes } from '../view.js'

const words: Readonly<Record<FailoverMode, readonly string[]>> = {
  agreed: [],
  force: ['FORCE'],
  takeover: ['TAKEOVER'],
}

/** An election needs a tick or two; one that has not come about by then has been denied. */
const deniedMs = 400
/** CLUSTER_MF_TIMEOUT, and a tick. */
const forgottenMs = 5200
/** Longer than it takes to take over, and no longer than a client should stand still. */
const pauseMs = 1000
/** Between a look and what is done about it. */
const marginMs = 50
/** Whoever was not heard for half of it is asked. No danger: only masters' suspicions count, and never those of one alone. */
const talkativeTimeoutMs = 200

export class Aid {
  readonly #promoted: Member
  readonly #demoted: Member
  readonly #mode: FailoverMode
  #begunAt = 0
  /** What gives each of them its own node timeout back. */
  readonly #speaking = new Map<Member, () => Promise<void>>()

  constructor(promoted: Member, demoted: Member, mode: FailoverMode) {
    this.#promoted = promoted
    this.#demoted = demoted
    this.#mode = mode
  }

  /** @throws LabError `wrong-state` when Redis refuses */
  async begin(): Promise<void> {
    this.#begunAt = Date.now()
    const client = await this.#promoted.client()
    await client.call('CLUSTER', 'FAILOVER', ...words[this.#mode]).catch((error: Error) => {
      const message = `${this.#promoted.name} refuses to fail over: ${error.message}`
      throw new LabError({ code: 'wrong-state', message })
    })
  }

  /** Looks what is undone, and does it. @throws what the nodes answer, and when one cannot be asked */
  async give(): Promise<void> {
    const lines = await askNodes(this.#promoted)
    const me = lines.find(isMyself)
    if (!me) return
    const waitedMs = Date.now() - this.#begunAt
    if (!isMaster(me)) {
      if (waitedMs > forgottenMs) await this.begin()
      else if (waitedMs > deniedMs && this.#mode === 'agreed') await this.#takeOverInSync()
      return
    }
    if (lines.some((line) => isMaster(line) && line.epoch > me.epoch)) {
      const client = await this.#promoted.client()
      await client.call('CLUSTER', 'BUMPEPOCH')
      await this.#letSpeak(this.#promoted)
    }
    if (canBeAsked(this.#demoted) && (await isReplica(this.#demoted))) await this.#letSpeak(this.#demoted)
  }

  async end(): Promise<void> {
    await Promise.all([...this.#speaking.values()].map((giveBack) => giveBack()))
  }

  /** Writes are held back for a moment; only a replica that has every one of them then takes over. */
  async #takeOverInSync(): Promise<void> {
    const [master, replica] = [await this.#demoted.client(), await this.#promoted.client()]
    // Before 6.2 a pause holds back everything, also the question for the offset: there the next attempt is waited for.
    await master.call('CLIENT', 'PAUSE', pauseMs, 'WRITE')
    const pausedAt = Date.now()
    try {
      while (Date.now() - pausedAt < pauseMs / 2) {
        const [written, read] = await Promise.all([
          offsetOf(this.#demoted, 'master_repl_offset'),
          offsetOf(this.#promoted, 'slave_repl_offset'),
        ])
        if (written !== undefined && written === read) {
          await replica.call('CLUSTER', 'FAILOVER', 'TAKEOVER')
          await this.#heard(pausedAt)
          return
        }
      }
    } finally {
      await master.call('CLIENT', 'UNPAUSE')
    }
  }

  /** A write that the old master took before it has heard would be lost, though another of its replicas might acknowledge it. */
  async #heard(pausedAt: number): Promise<void> {
    while (Date.now() - pausedAt < pauseMs - marginMs) if (await isReplica(this.#demoted)) return
  }

  async #letSpeak(member: Member): Promise<void> {
    if (this.#speaking.has(member)) return
    this.#speaking.set(member, await borrow([member], 'cluster-node-timeout', String(talkativeTimeoutMs)))
  }
}

async function isReplica(member: Member): Promise<boolean> {
  const line = (await askNodes(member)).find(isMyself)
  return line !== undefined && !isMaster(line)
}

async function offsetOf(member: Member, field: string): Promise<string | undefined> {
  return (await askInfo(member, 'INFO', 'replication')).get(field)
}
