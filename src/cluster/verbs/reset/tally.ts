/** What a reset has undone, gathered over its rounds. Pure. */
import type { Cleaned } from './clean.js'
import { stepInWords, type Step } from './step.js'

type Found = Pick<Cleaned, 'keys' | 'libraries' | 'scripts' | 'restored'>

export class Tally {
  readonly #said = new Set<string>()
  #keys = 0
  #libraries = 0
  #scripts = 0

  count(nodes: readonly Found[]): void {
    for (const { keys, libraries, scripts, restored } of nodes) {
      this.#keys += keys
      this.#libraries += libraries
      this.#scripts += scripts
      for (const words of restored) this.#said.add(words)
    }
  }

  step(step: Step): void {
    const words = stepInWords(step)
    if (words !== undefined) this.#said.add(words)
  }

  /** Nodes and settings in the order in which they were undone, then data. */
  words(): string[] {
    const data = [amount(this.#keys, 'key'), amount(this.#libraries, 'function library', 'function libraries')]
    return [...this.#said, ...data.flat(), ...amount(this.#scripts, 'script')]
  }
}

const amount = (count: number, one: string, many = `${one}s`): string[] =>
  count === 0 ? [] : [count === 1 ? `1 ${one}: deleted` : `${count} ${many}: deleted`]
