/** What a config file may hold, for those who write one in JavaScript or TypeScript. */
import type { LabOptions } from '../spec/index.js'

/** The options of a lab under the library's names. */
export type LabConfig = LabOptions & {
  /** For editors. */
  readonly $schema?: string
}

export type LabConfigMaker = () => LabConfig | Promise<LabConfig>

/**
 * Gives back what it is given: for completion and type checks in `redis-lab.config.ts`, `.js` and `.mjs`.
 *
 *     export default defineConfig({ masters: 3, set: ['maxmemory 100mb'] })
 */
export function defineConfig(config: LabConfig): LabConfig
export function defineConfig(config: LabConfigMaker): LabConfigMaker
export function defineConfig(config: LabConfig | LabConfigMaker): LabConfig | LabConfigMaker {
  return config
}
