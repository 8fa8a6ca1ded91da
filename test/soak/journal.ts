/** What was done in a cycle, and when: the evidence, should it fail. */
import { performance } from 'node:perf_hooks'

export class Journal {
  readonly #beganAt = performance.now()
  readonly #lines: string[] = []

  /** Milliseconds since the cycle began. */
  get nowMs(): number {
    return performance.now() - this.#beganAt
  }

  note(text: string): void {
    const [first = '', ...more] = text.trimEnd().split('\n')
    this.#lines.push(`${this.nowMs.toFixed(0).padStart(7)} ms  ${first}`, ...more.map((line) => `            ${line}`))
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('')
  }
}
