/**
 * What a supervisor changes on running nodes for a while, with the record of it.
 *
 * The record is written before a change is made. If the supervisor is killed meanwhile, the one that adopts the lab finds there
 * what has to be put back.
 */
import { ConfigOverrides, type OverriddenDirective } from './config-override.js'
import type { Member } from './member.js'
import { WritePauses, type PausedNode } from './pause-writes.js'

export interface TemporaryRecord {
  readonly directives: readonly OverriddenDirective[]
  readonly pauses: readonly PausedNode[]
}

/** Written before it returns; without anything in it there need not be a record. @throws when it cannot be written */
export type WriteTemporary = (record: TemporaryRecord) => void

export class TemporaryChanges {
  readonly config: ConfigOverrides
  readonly pauses: WritePauses
  #write: WriteTemporary | undefined
  #cleanUp: NodeJS.Immediate | undefined

  constructor() {
    const onChange = (change: 'added' | 'removed') => this.#changed(change)
    this.config = new ConfigOverrides(onChange)
    this.pauses = new WritePauses(onChange)
  }

  /** From here on changes are recorded. A lab that is still forming has no need of it: its servers are never adopted. */
  recordTo(write: WriteTemporary): void {
    this.#write = write
    this.#record()
  }

  /** Puts back what an earlier supervisor has left; what a node cannot take now, it gets later. */
  async putBack({ directives, pauses }: TemporaryRecord, members: readonly Member[]): Promise<void> {
    for (const { node, process, name, original } of directives) {
      const member = members.find((one) => one.name === node)
      const isSame = member?.identity?.pid === process.pid && member.identity.startTime === process.startTime
      if (member && isSame) this.config.owe(member, name, original)
    }
    await Promise.all([this.config.settle(), this.pauses.endRecorded(pauses, members)])
  }

  close(): void {
    this.config.close()
    clearImmediate(this.#cleanUp)
    this.#write = undefined
  }

  #changed(change: 'added' | 'removed'): void {
    if (change === 'added') this.#record()
    // Once for all that were put back in the same moment.
    else
      this.#cleanUp ??= setImmediate(() => {
        this.#cleanUp = undefined
        this.#recordIfPossible()
      })
  }

  #record(): void {
    this.#write?.({ directives: this.config.pending(), pauses: this.pauses.pending() })
  }

  #recordIfPossible(): void {
    try {
      this.#record()
    } catch {
      // A full disk: a record that names too much has an adopter put back what is so already.
    }
  }
}
