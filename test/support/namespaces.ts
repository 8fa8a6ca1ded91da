/** Other views of the machine: a pid namespace, as a container has one, and a /proc that shows nothing. Both need root. */
import { spawnSync, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { placesFrom } from '../../src/paths.js'
import { bin, outcomeOf, type Outcome, type Scratch } from './scratch.js'

/** Only root may unshare, and not in every container. */
export const canUnshare =
  process.platform === 'linux' &&
  spawnSync('unshare', ['--mount', '--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' }).status === 0

/** Starts the command in a pid namespace of its own, which ends with it. */
export const startInNamespace = (scratch: Scratch, ...args: string[]): ChildProcess =>
  scratch.startProgram('unshare', ['--pid', '--fork', '--kill-child', '--mount-proc', process.execPath, bin, ...args])

export const runInNamespace = (scratch: Scratch, ...args: string[]): Promise<Outcome> =>
  outcomeOf(startInNamespace(scratch, ...args))

/** The same without the sockets of this machine: a container shares some folders and has a /tmp of its own. */
export const runWithoutSockets = (scratch: Scratch, ...args: string[]): Promise<Outcome> =>
  runWithout(scratch, placesFrom(scratch.env).runtime, ['--pid', '--fork', '--mount-proc'], args)

export const runWithoutProc = (scratch: Scratch, ...args: string[]): Promise<Outcome> =>
  runWithout(scratch, '/proc', [], args)

/** In a private mount namespace, in which an empty folder hides `target`. */
function runWithout(
  scratch: Scratch,
  target: string,
  flags: readonly string[],
  args: readonly string[],
): Promise<Outcome> {
  const empty = path.join(scratch.dir, 'empty')
  mkdirSync(empty, { recursive: true, mode: 0o700 })
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
  const command = ['sh', '-c', script, 'sh', empty, target, process.execPath, bin, ...args]
  return outcomeOf(scratch.startProgram('unshare', ['--mount', ...flags, ...command]))
}
