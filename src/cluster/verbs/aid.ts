/**
 * Where Redis leaves a failover undone that was asked for, it is helped along. Sources: Redis's cluster.c.
 *
 *  - The masters deny their votes to replicas of a master about which they have voted within the last two node timeouts
 *    (clusterSendFailoverAuthIfNeeded), 10 seconds by default: tests that fail over and back again would wait for that. Where
 *    the master holds its writes back and the replica has them all, a takeover is as safe as an election.
 *  - A manual failover that is not done within 5 seconds is forgotten (CLUSTER_MF_TIMEOUT): it is asked for again.
 *    Before 6.2 a master that was asked for its place answers nothing until it has forgotten that: it is helped along then.
 *  - A replica that has won an election not long ago counts those votes again (failover_auth_count is reset only when the next
 *    election is due) and becomes master with the epoch of then, which nobody else believes. A new epoch makes them.
 *  - A new master tells everybody at once; one that has become a replica, or has a new epoch, only by and by, and until then the
 *    others take the one for a master without slots. With a short node timeout it asks them all at its next tick.
 *  - Whoever hears of the old one first has slots that are nobody's until it hears of the new one, and a master whose cluster was
 *    down for a moment refuses its clients until 2 seconds after its start (CLUSTER_WRITABLE_DELAY): the new one speaks first.
 *  - Another replica of the old master that hears first that this one has none of its slots any more, and then who has them, does
 *    not follow the new one: it stays the replica of a replica, which nobody lists to clients (clusterUpdateSlotsConfigWith takes
 *    only slots that changed hands for a reason; seen on 8.0.6, about once in fifty failovers). It is told whom to follow.
 */
import { LabError } from '../../errors.js'
import type { FailoverMode } from '../../events.js'
import type { Release } from '../config-override.js'
import { canBeAsked, type Member } from '../member.js'
import { isMaster, isMyself } from '../nodes-text.js'
import type { TemporaryChanges } from '../temporary-changes.js'
import { askInfo, askNodes } from '../view.js'
import type { FailedOver } from './agreement.js'
import { habitsIn } from './habits.js'
import { holdWrites } from './hold-writes.js'

const words: Readonly<Record<FailoverMode, readonly string[]>> = {
  agreed: [],
  force: ['FORCE'],
  takeover: ['TAKEOVER'],
}

/** An election needs a tick or two; one that has not come about by then has been denied. */
const deniedMs = 400
/** CLUSTER_MF_TIMEOUT, and a tick. */
const forgottenMs = 5200
/** Whoever was not heard for half of it is asked. No danger: only masters' suspicions count, and never those of one alone. */
const talkativeTimeoutMs = 200

export class Aid {
  readonly #promoted: Member
  readonly #demoted: Member
  readonly #mode: FailoverMode
  readonly #temporary: TemporaryChanges
  #begunAt = 0
  /** From being asked for its place until that is forgotten. */
  #masterIsSilent = false
  /** What restores the node timeout of each of them. */
  readonly #speaking = new Map<Member, Release>()

  constructor(
    { promoted, demoted }: FailedOver,
    { mode, temporary }: { readonly mode: FailoverMode; readonly temporary: TemporaryChanges },
  ) {
    this.#promoted = promoted
    this.#demoted = demoted
    this.#mode = mode
    this.#temporary = temporary
  }

  /** @throws LabError `wrong-state` when Redis refuses */
  async begin(): Promise<void> {
    if (this.#mode === 'agreed') this.#masterIsSilent = await pausesEverything(this.#demoted)
    this.#begunAt = Date.now()
    const client = await this.#promoted.client()
    await client.call('CLUSTER', 'FAILOVER', ...words[this.#mode]).catch((error: Error) => {
      const message = `${this.#promoted.name} refuses to fail over: ${error.message}`
      throw new LabError({ code: 'wrong-state', message })
    })
  }

  /** Looks what is undone, and does it. @throws what the nodes answer, and when one cannot be asked */
  async give(members: readonly Member[]): Promise<void> {
    const lines = await askNodes(this.#promoted)
    const me = lines.find(isMyself)
    if (!me) return
    const waitedMs = Date.now() - this.#begunAt
    if (!isMaster(me)) {
      const forgotten = waitedMs > forgottenMs
      const denied = waitedMs > deniedMs && !this.#masterIsSilent
      if (this.#mode === 'agreed' && (denied || forgotten) && (await this.#takeOverInSync().catch(() => false))) return
      if (forgotten) await this.begin()
      return
    }
    if (waitedMs > deniedMs) await Promise.all(members.filter(canBeAsked).map((member) => this.#leadOn(member, me.id)))
    if (lines.some((line) => isMaster(line) && line.epoch > me.epoch)) {
      const client = await this.#promoted.client()
      await client.call('CLUSTER', 'BUMPEPOCH')
      await this.#letSpeak(this.#promoted)
    }
    if (!canBeAsked(this.#demoted) || !(await isReplica(this.#demoted))) return
    const others = members.filter((member) => member !== this.#promoted && member !== this.#demoted)
    const know = await Promise.all(others.filter(canBeAsked).map((member) => knows(member, me.id)))
    await this.#letSpeak(know.includes(false) ? this.#promoted : this.#demoted)
  }

  async end(): Promise<void> {
    await Promise.all([...this.#speaking.values()].map((release) => release()))
  }

  /**
   * Writes are held back for a moment; only a replica that has every one of them then takes over. They are held back until the
   * old master has heard of it: one that it took before would be lost, though another of its replicas might acknowledge it.
   *
   * @returns whether it did
   */
  async #takeOverInSync(): Promise<boolean> {
    const hold = await holdWrites(this.#demoted, this.#temporary.pauses)
    try {
      while (hold.holds()) {
        if ((await readBy(this.#promoted)) < hold.offset) continue
        await (await this.#promoted.client()).call('CLUSTER', 'FAILOVER', 'TAKEOVER')
        while (hold.holds() && !(await isReplica(this.#demoted))) continue
        return true
      }
      return false
    } finally {
      await hold.end()
    }
  }

  /** A replica that stayed with the old master follows the new one. */
  async #leadOn(member: Member, promotedId: string): Promise<void> {
    const lines = await askNodes(member)
    const former = lines.find(({ port }) => port === this.#demoted.port)
    const follows = lines.find(isMyself)?.masterId
    if (former === undefined || follows !== former.id) return
    const client = await member.client()
    await client.call('CLUSTER', 'REPLICATE', promotedId)
  }

  async #letSpeak(member: Member): Promise<void> {
    if (this.#speaking.has(member)) return
    const { config } = this.#temporary
    this.#speaking.set(member, await config.override([member], 'cluster-node-timeout', String(talkativeTimeoutMs)))
  }
}

/** It has heard who has the slots now. */
async function knows(member: Member, promotedId: string): Promise<boolean> {
  const line = (await askNodes(member)).find(({ id }) => id === promotedId)
  return line !== undefined && isMaster(line) && line.slots.length > 0
}

async function isReplica(member: Member): Promise<boolean> {
  const line = (await askNodes(member)).find(isMyself)
  return line !== undefined && !isMaster(line)
}

async function pausesEverything(member: Member): Promise<boolean> {
  const client = await member.client().catch(() => undefined)
  const info = await client?.text('INFO', 'server').catch(() => undefined)
  return info !== undefined && habitsIn(info).pausesEverything
}

async function readBy(replica: Member): Promise<number> {
  return Number((await askInfo(replica, 'INFO', 'replication')).get('slave_repl_offset') ?? 0)
}
