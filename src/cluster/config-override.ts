/**
 * Directives that are set for a while on running nodes, with CONFIG SET, and put back.
 *
 * DESIGN. One owner for all nodes of a lab. For each node and directive there is one entry: the original value and the overrides
 * that are active. The first override reads the original, later ones share it, and the last one to be released puts it back, so
 * that two operations at the same time never take each other's value for the original. While several are active the newest
 * counts; when it is released, the one before it does.
 *
 * An entry belongs to one process. A node that was restarted has the values of its redis.conf: there is nothing to put back, and
 * nothing is written over them.
 *
 * What cannot be put back now (the node is paused, or does not answer) stays due and is tried again.
 */
import type { ProcessIdentity } from '../util/process-identity.js'
import type { Member } from './member.js'

export interface OverriddenDirective {
  readonly node: string
  readonly process: ProcessIdentity
  readonly name: string
  readonly original: string
}

/** Puts back what its override changed, unless another override still needs it. Never rejects; may be called more than once. */
export type Release = () => Promise<void>

interface Override {
  readonly value: string
}

interface Entry {
  readonly member: Member
  readonly process: ProcessIdentity | undefined
  readonly name: string
  readonly original: Promise<string>
  /** Undefined until it was read. */
  known: string | undefined
  /** Oldest first. */
  readonly active: Set<Override>
  /** What the node has; undefined where that is unknown. */
  applied: string | undefined
  /** One CONFIG SET at a time. */
  last: Promise<void>
}

const tryAgainMs = 500

export class ConfigOverrides {
  readonly #entries = new Map<string, Entry>()
  readonly #onChange: (change: 'added' | 'removed') => void
  #retry: NodeJS.Timeout | undefined
  #closed = false

  /** @param onChange called before a directive is set for the first time, and after it was put back */
  constructor(onChange: (change: 'added' | 'removed') => void) {
    this.#onChange = onChange
  }

  /**
   * Sets one directive on nodes that can be asked.
   *
   * @throws ConnectionError, ReplyError, or an Error when a node does not know the directive; nothing stays overridden then
   */
  async override(members: readonly Member[], name: string, value: string): Promise<Release> {
    const override: Override = { value }
    const entries = members.map((member) => this.#entryOf(member, name))
    for (const entry of entries) entry.active.add(override)
    const release = async () => {
      await Promise.all(
        entries.map(async (entry) => {
          if (entry.active.delete(override)) await this.#applyOrRetry(entry)
        }),
      )
    }
    try {
      await Promise.all(entries.map((entry) => entry.original))
      this.#onChange('added')
      await Promise.all(entries.map((entry) => this.#apply(entry)))
    } catch (error) {
      await release()
      throw error
    }
    return release
  }

  /** A directive that has another value now and is to be put back: left by an earlier supervisor, or by forming the cluster. */
  owe(member: Member, name: string, original: string): void {
    this.#entries.set(keyOf(member, name), newEntry(member, name, Promise.resolve(original), original))
  }

  /** Puts back what is due and can be put back now. */
  async settle(): Promise<void> {
    const due = [...this.#entries.values()].filter(({ active, known }) => active.size === 0 && known !== undefined)
    await Promise.all(due.map((entry) => this.#applyOrRetry(entry)))
  }

  /** It was set to what it should be by other means, such as a reset: nothing is due there any more. */
  forget(member: Member, name: string): void {
    const entry = this.#entries.get(keyOf(member, name))
    if (entry?.active.size === 0) this.#remove(entry)
  }

  /** What the directives that are overridden on a node now have otherwise. */
  originalsOf(member: Member): Record<string, string> {
    const own = this.pending().filter(({ node }) => node === member.name)
    return Object.fromEntries(own.map(({ name, original }) => [name, original]))
  }

  /** It has another value at the moment, which is this owner's doing. */
  has(member: Member, name: string): boolean {
    return this.#entries.has(keyOf(member, name))
  }

  /** What would have to be put back if this process ended now. */
  pending(): OverriddenDirective[] {
    return [...this.#entries.values()].flatMap(({ member, process, name, known }) =>
      process === undefined || known === undefined ? [] : [{ node: member.name, process, name, original: known }],
    )
  }

  /** The servers end: nothing is put back any more. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
  }

  #entryOf(member: Member, name: string): Entry {
    const key = keyOf(member, name)
    const known = this.#entries.get(key)
    if (known && isSameProcess(known)) return known
    const original = readDirective(member, name)
    const entry = newEntry(member, name, original)
    original.then(
      (value) => (entry.known = entry.applied = value),
      () => {},
    )
    this.#entries.set(key, entry)
    return entry
  }

  /** Gives the node the value that counts now. */
  #apply(entry: Entry): Promise<void> {
    const turn = entry.last.then(() => this.#bringInLine(entry))
    entry.last = turn.catch(() => {})
    return turn
  }

  async #bringInLine(entry: Entry): Promise<void> {
    const { member, name, active } = entry
    if (!isSameProcess(entry)) return this.#remove(entry)
    if (this.#closed) return
    // The original could not be read, so that nothing was set.
    if (entry.known === undefined) return active.size === 0 ? this.#remove(entry) : undefined
    const value = [...active].at(-1)?.value ?? entry.known
    if (value !== entry.applied) {
      const client = await member.client()
      // A connection that was made meanwhile may lead to the next process.
      if (!isSameProcess(entry)) return this.#remove(entry)
      entry.applied = undefined
      await client.call('CONFIG', 'SET', name, value)
      entry.applied = value
    }
    if (active.size === 0) this.#remove(entry)
  }

  async #applyOrRetry(entry: Entry): Promise<void> {
    // A paused process would only let the question time out.
    if (entry.member.state === 'paused') return this.#tryAgain()
    try {
      await this.#apply(entry)
    } catch {
      if (isSameProcess(entry)) this.#tryAgain()
      else this.#remove(entry)
    }
  }

  #tryAgain(): void {
    if (this.#closed) return
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      for (const { member } of this.#entries.values()) member.observe?.()
      void this.settle()
    }, tryAgainMs).unref()
  }

  #remove(entry: Entry): void {
    const key = keyOf(entry.member, entry.name)
    if (this.#entries.get(key) !== entry) return
    this.#entries.delete(key)
    this.#onChange('removed')
  }
}

const keyOf = ({ name }: Member, directive: string): string => `${name} ${directive}`

const newEntry = (member: Member, name: string, original: Promise<string>, known?: string): Entry => ({
  member,
  process: member.identity,
  name,
  original,
  known,
  active: new Set(),
  applied: undefined,
  last: Promise.resolve(),
})

/** The process that the entry is about still runs, paused or not. */
function isSameProcess({ member, process }: Entry): boolean {
  const { state, identity } = member
  if (state === 'stopped' || state === 'crashed' || state === 'stopping') return false
  return identity?.pid === process?.pid && identity?.startTime === process?.startTime
}

async function readDirective(member: Member, name: string): Promise<string> {
  const client = await member.client()
  const reply = await client.call('CONFIG', 'GET', name)
  if (Array.isArray(reply) && reply.length === 2) return String(reply[1])
  throw new Error(`${member.name} does not know the directive ${name}`)
}
