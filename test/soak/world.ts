/** What all cycles of a soak share. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import { packageRoot } from '../../src/paths.js'
import type { Build } from '../../src/release/index.js'

export interface World {
  /** The release that labs are made of; it is in `cacheDir`. */
  readonly build: Build
  readonly cacheDir: string
  /** As `--redis` of the command; undefined for its default. */
  readonly redis: string | undefined
  /** What `redis-lab help` lists. */
  readonly commands: ReadonlySet<string>
}

export const bin = (): string => path.join(packageRoot(), 'bin', 'redis-lab.js')

/** The names of the commands that redis-lab has. */
export function readCommands(): Set<string> {
  const help = execFileSync(process.execPath, [bin(), 'help'], { encoding: 'utf8' })
  return new Set([...help.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name]) => name ?? []))
}
