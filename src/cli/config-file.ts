/** From what was typed to what a command is run with: the config file that counts is read in between. */
import { loadConfig, type ConfigChoice } from '../config/index.js'
import type { Invocation } from './command.js'
import type { Parsed } from './parse.js'
import { readsConfig } from './shapes.js'

/** @throws LabError `bad-input` */
export async function withConfig({ command, invocation }: Parsed, env: Invocation['env']): Promise<Invocation> {
  const { config, ...said } = invocation.said
  const file = readsConfig(command.shape) ? await loadConfig(config as ConfigChoice, { env }) : undefined
  return { ...invocation, said, env, file, config: config as ConfigChoice }
}
