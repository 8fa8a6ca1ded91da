/** The config file, where there is one: looking for it is cheap, and what reads it is loaded only then. */
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import type { ConfigFile } from '../spec/index.js'
import { findConfig } from './find.js'

/** A file, or false for none; without it the nearest one is looked for. */
export type ConfigChoice = string | false | undefined

export interface ConfigContext {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where to look from; the current folder. */
  readonly cwd?: string | undefined
}

/** @throws LabError `bad-input`; what it says is not yet checked: whoever resolves options does that, all at once */
export async function loadConfig(
  choice: ConfigChoice,
  { env, cwd = currentFolder() }: ConfigContext,
): Promise<ConfigFile | undefined> {
  if (choice === false) return undefined
  const given = choice === undefined ? undefined : path.resolve(cwd ?? '/', choice)
  const file = given ?? (cwd === undefined ? undefined : findConfig(cwd, env['HOME'] || os.homedir()))
  if (file === undefined) return undefined
  const { readConfig } = await import('./read.js')
  return readConfig(file)
}

/** Undefined where it has been deleted. */
function currentFolder(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}
