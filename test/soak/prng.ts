/**
 * Random choices that can be made again.
 *
 * Each cycle has a source of its own, from the seed of the soak and what names the cycle: so it can be repeated alone, however
 * many choices the cycles before it made.
 */
import { createHash } from 'node:crypto'

export class Random {
  #state: number

  constructor(...seed: readonly (number | string)[]) {
    this.#state = createHash('sha256').update(seed.join('/')).digest().readUInt32LE()
  }

  /** From 0 to below 1. The generator is Tommy Ettinger's mulberry32. */
  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number; both ends included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.unit() < probability
  }

  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.integer(0, values.length - 1)] ?? values[0]
  }

  /** As `pick`, and each is as likely as its weight says. */
  weighted<Value extends { readonly weight: number }>(values: readonly [Value, ...Value[]]): Value {
    let rest = this.unit() * values.reduce((sum, { weight }) => sum + weight, 0)
    return values.find(({ weight }) => (rest -= weight) < 0) ?? values[0]
  }

  /** `count` values, each made by `make`. */
  times<Value>(count: number, make: (index: number) => Value): Value[] {
    return Array.from({ length: count }, (_, index) => make(index))
  }
}
