/** What a command is, and what it is run with. */
import type { ConfigFile, OptionShape } from '../spec/index.js'

/** What a command is run with. */
export interface Invocation {
  /** What was said, under the names of the shape; nothing is filled in yet. */
  readonly said: Readonly<Record<string, unknown>>
  readonly args: readonly string[]
  /** Everything after `--`. */
  readonly rest: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** The config file that counts, for commands that have options of a lab. */
  readonly file?: ConfigFile | undefined
  /** What --config or --no-config said. */
  readonly config?: string | false | undefined
}

export type Run = (invocation: Invocation) => Promise<number>

export interface Command {
  readonly name: string
  readonly summary: string
  /** As commander spells them: `[node]`, `<action> [names...]`. */
  readonly args?: string
  /** Takes words after `--`. */
  readonly rest?: string
  readonly shape: OptionShape
  readonly run: Run
}
