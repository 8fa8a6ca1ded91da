/**
 * Clients' writes paused for a moment (CLIENT PAUSE), shared by all operations of a lab that need it.
 *
 * CLIENT UNPAUSE ends every pause of a server, those of other clients included: only the last operation that needs the pause ends
 * it. Each pause has a time limit after which Redis ends it, so that one that cannot be ended early does no further harm.
 */
import { ReplyError } from '../node/index.js'
import type { ProcessIdentity } from '../util/process-identity.js'
import type { Member } from './member.js'

export interface PausedNode {
  readonly node: string
  readonly process: ProcessIdentity
  /** When Redis ends the pause itself, from Date.now(). */
  readonly untilMs: number
}

/** Ends the pause, unless another operation still needs it. Never rejects; may be called more than once. */
export type Unpause = () => Promise<void>

interface Pause {
  readonly member: Member
  readonly process: ProcessIdentity | undefined
  users: number
  untilMs: number
}

export class WritePauses {
  readonly #pauses = new Map<Member, Pause>()
  readonly #onChange: (change: 'added' | 'removed') => void

  /** @param onChange called before a node is paused, and after its pause was ended */
  constructor(onChange: (change: 'added' | 'removed') => void) {
    this.#onChange = onChange
  }

  /**
   * Pauses the writes of each node. Where one of them fails, those that were paused for it go on.
   *
   * @returns undefined where a node cannot pause writes alone (before Redis 6.2)
   * @throws ConnectionError when a node is lost
   */
  async pause(members: readonly Member[], ms: number): Promise<Unpause | undefined> {
    const pauses = members.map((member) => this.#enter(member, ms))
    const left = new Set(pauses)
    const unpause = async () => {
      await Promise.all(pauses.map(async (pause) => left.delete(pause) && (await this.#leave(pause))))
    }
    try {
      this.#onChange('added')
    } catch (error) {
      for (const pause of pauses) this.#forget(pause)
      throw error
    }
    const outcomes = await Promise.allSettled(
      members.map(async (member) => (await member.client()).call('CLIENT', 'PAUSE', ms, 'WRITE')),
    )
    const errors = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []))
    if (errors.length === 0) return unpause
    await unpause()
    const lost = errors.find((error) => !(error instanceof ReplyError))
    if (lost) throw lost
    return undefined
  }

  /** Ends the pauses that an earlier supervisor has recorded. One that is over by now is not its own any more. */
  async endRecorded(recorded: readonly PausedNode[], members: readonly Member[]): Promise<void> {
    const due = recorded.filter(({ untilMs }) => untilMs > Date.now())
    await Promise.all(
      members
        .filter(({ name, identity, state }) =>
          due.some(({ node, process }) => state === 'running' && node === name && isSame(process, identity)),
        )
        .map(unpauseNode),
    )
  }

  /** What the next supervisor would have to end if this process ended now. */
  pending(): PausedNode[] {
    return [...this.#pauses.values()].flatMap(({ member, process, untilMs }) =>
      process === undefined ? [] : [{ node: member.name, process, untilMs }],
    )
  }

  #enter(member: Member, ms: number): Pause {
    const untilMs = Date.now() + ms
    const known = this.#pauses.get(member)
    if (known && isSame(known.process, member.identity)) {
      known.users++
      known.untilMs = Math.max(known.untilMs, untilMs)
      return known
    }
    const pause: Pause = { member, process: member.identity, users: 1, untilMs }
    this.#pauses.set(member, pause)
    return pause
  }

  async #leave(pause: Pause): Promise<void> {
    if (pause.users === 1 && isSame(pause.process, pause.member.identity)) await unpauseNode(pause.member)
    this.#forget(pause)
  }

  #forget(pause: Pause): void {
    if (--pause.users > 0 || this.#pauses.get(pause.member) !== pause) return
    this.#pauses.delete(pause.member)
    this.#onChange('removed')
  }
}

const isSame = (one: ProcessIdentity | undefined, other: ProcessIdentity | undefined): boolean =>
  one?.pid === other?.pid && one?.startTime === other?.startTime

/** A node that is gone keeps no client waiting, and one before 6.2 knows no such command. */
async function unpauseNode(member: Member): Promise<void> {
  try {
    const client = await member.client()
    await client.call('CLIENT', 'UNPAUSE')
  } catch {
    // Redis ends it when its time is over.
  }
}
