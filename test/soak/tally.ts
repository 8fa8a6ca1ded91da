/** What is counted. */
import type { ViolationKind } from './violation.js'

export class Tally {
  /** By name, in the order in which they first came up: "node kills". */
  readonly faults = new Map<string, number>()
  readonly violations: Record<ViolationKind, number> = { leak: 0, loss: 0, failure: 0 }
  cycles = 0
  writes = 0

  fault(name: string): void {
    add(this.faults, name, 1)
  }

  get faultCount(): number {
    return [...this.faults.values()].reduce((sum, count) => sum + count, 0)
  }

  include(other: Tally): void {
    for (const [name, count] of other.faults) add(this.faults, name, count)
    for (const kind of ['leak', 'loss', 'failure'] as const) this.violations[kind] += other.violations[kind]
    this.cycles += other.cycles
    this.writes += other.writes
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count)
}
