/** What a config file says, and how sentences about it name the place. Pure: reading it is config/'s. */
import { escapeControls } from '../util/text.js'
import type { Wording } from './problems.js'

export interface ConfigFile {
  readonly path: string
  /** As it says them: nothing is checked yet, but paths are whole. */
  readonly values: Readonly<Record<string, unknown>>
  /** `:3:14`, line and column, where they can be told; otherwise empty. */
  readonly placeOf?: ((way: readonly PropertyKey[]) => string) | undefined
}

/** `/home/me/redis-lab.config.json:3:14: masters takes …` */
export const inFile = (file: ConfigFile): Wording => ({
  name: (_, key) => key,
  switchTakes: 'true or false',
  place: (way, sentence) => `${escapeControls(file.path)}${file.placeOf?.(way) ?? ''}: ${sentence}`,
})
