/** What a fault is, and the lab it is done to. */
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LabStatus, NodeStatus } from '../../../src/supervisor/index.js'
import { identify, signalProcess, type ProcessIdentity } from '../../../src/util/process-identity.js'
import { until } from '../../../src/util/until.js'
import type { Place } from '../place.js'
import type { Random } from '../prng.js'
import { expectNothingLost } from '../invariants/nothing-lost.js'
import { Violation } from '../violation.js'
import type { Writer } from '../writer/writer.js'

/** Numbers that a fault makes of them what it needs. */
export interface Draw {
  /** Counts through all nodes, or through those that can be meant. */
  readonly node: number
  readonly ms: number
  readonly coin: boolean
  /** From 0 to below 1: chooses a variant, or a moment within an operation. */
  readonly fraction: number
}

export interface Fault {
  readonly name: string
  readonly weight: number
  /** It makes sense only with replicas. */
  readonly needsReplicas?: boolean
  /** @returns the name to count it under, if it turned out to be another fault than intended */
  inject(lab: LabUnderFault, draw: Draw): Promise<string | void>
}

export const drawFault = (random: Random): Draw => ({
  node: random.integer(0, 999),
  // Often long enough for a failover.
  ms: random.chance(0.5) ? random.integer(100, 1500) : random.integer(1500, 3000),
  coin: random.chance(0.5),
  fraction: random.unit(),
})

const recoveryMs = 90_000
const nodeMs = 30_000
const goneMs = 5000
const pollMs = 100

export class LabUnderFault {
  readonly place: Place
  readonly writer: Writer
  /** Pauses that are not over. */
  readonly #pauses = new Set<Promise<void>>()

  constructor(place: Place, writer: Writer) {
    this.place = place
    this.writer = writer
  }

  status(): Promise<LabStatus> {
    return this.place.json<LabStatus>('status')
  }

  /** The node of that number, as soon as it runs. */
  async runningNode(number: number): Promise<NodeStatus & { readonly pid: number }> {
    const ask = async () => {
      const { nodes } = await this.status()
      const node = nodes[number % nodes.length]
      return node?.state === 'running' && node.pid !== null ? { ...node, pid: node.pid } : undefined
    }
    const node = await until(ask, { deadline: Date.now() + nodeMs, pollMs })
    if (node) return node
    const { nodes } = await this.status()
    throw new Violation(
      'failure',
      `node ${number % nodes.length} did not run within ${nodeMs} ms`,
      tell(await this.status()),
    )
  }

  /** @throws Violation when the lab is not whole again in time */
  async recovered(): Promise<LabStatus> {
    await this.pausesOver()
    let last: LabStatus | undefined
    const ask = async () => ((last = await this.status()).ready.level === 'full' ? last : undefined)
    const status = await until(ask, { deadline: Date.now() + recoveryMs, pollMs })
    if (status) return status
    throw new Violation('failure', `the lab was not "full" again within ${recoveryMs} ms`, last && tell(last))
  }

  /**
   * Runs commands that delete all data of the lab: proves first that no write is lost so far, and discards the writes that were
   * acknowledged until the commands have ended.
   */
  async emptying(commands: () => Promise<void>): Promise<void> {
    await expectNothingLost(await this.recovered(), this.writer, this.place)
    await commands()
    this.writer.forget()
  }

  /** SIGKILL; returns when the process is gone. */
  async killSupervisor({ pid }: { readonly pid: number }): Promise<void> {
    this.place.tolerate('dead-locks')
    this.place.journal.note(`SIGKILL to the supervisor [pid ${pid}]`)
    process.kill(pid, 'SIGKILL')
    await until(() => identify(pid) === undefined || undefined, { deadline: Date.now() + goneMs, pollMs: 5 })
  }

  /** Stops the process, and continues it later; returns at once. */
  pause(pid: number, ms: number): void {
    const paused = identify(pid)
    if (!paused || !signalProcess(paused, 'SIGSTOP')) return
    const pausing = this.#continue(paused, ms)
    this.#pauses.add(pausing)
    void pausing.then(() => this.#pauses.delete(pausing))
  }

  async pausesOver(): Promise<void> {
    await Promise.all(this.#pauses)
  }

  async #continue(paused: ProcessIdentity, ms: number): Promise<void> {
    await sleep(ms)
    this.place.journal.note(`SIGCONT to pid ${paused.pid}`)
    signalProcess(paused, 'SIGCONT')
  }
}

function tell({ ready, nodes }: LabStatus): string[] {
  const lines = nodes.map(({ name, port, pid, role, state }) => `${name} port ${port} pid ${pid} ${role} ${state}`)
  return [`level ${ready.level}`, ...ready.reasons, ...lines]
}
