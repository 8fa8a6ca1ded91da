/**
 * The process of one redis-server, whoever its parent is.
 *
 * A server that we spawned tells us its end. One that an earlier supervisor spawned cannot: its identity is looked at again and
 * again, and it is signalled by that identity, so that no signal ever reaches a stranger.
 */
import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify, isGone, signalProcess, type ProcessIdentity } from '../util/process-identity.js'

/** A server that was started and has not been seen to exit. */
export interface ServerProcess {
  readonly identity: ProcessIdentity | undefined
  /** How it ended, in words: "exit code 1", "signal SIGKILL". Never rejects. */
  readonly exited: Promise<string>
  /** How long its output was when it was started. */
  readonly outputFromBytes: number
  signal(signal: NodeJS.Signals): void
}

export interface Launch {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  /** The file that it reads as its standard input. Without it: nothing. */
  readonly input?: string
  /** Both outputs are added to it: what the server says before it has read its configuration stands beside its log. */
  readonly output: string
}

const lookAgainMs = 100

/** @throws NodeJS.ErrnoException when the input or the output cannot be opened */
export function launch({ program, args, cwd, input, output }: Launch): ServerProcess {
  const source = input === undefined ? undefined : openSync(input, 'r')
  const log = openSync(output, 'a', 0o644)
  const { size: outputFromBytes } = fstatSync(log)
  const child = spawn(program, args, { cwd, stdio: [source ?? 'ignore', log, log] })
  closeSync(log)
  if (source !== undefined) closeSync(source)
  return {
    identity: child.pid === undefined ? undefined : identify(child.pid),
    exited: new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`))
    }),
    outputFromBytes,
    signal: (signal) => void child.kill(signal),
  }
}

/** Looks after a server that somebody else has spawned. */
export const adopt = (identity: ProcessIdentity): ServerProcess => ({
  identity,
  exited: endOf(identity),
  outputFromBytes: 0,
  signal: (signal) => void signalProcess(identity, signal),
})

async function endOf(identity: ProcessIdentity): Promise<string> {
  // Whoever adopts it lives by its control socket, not by this watch.
  while (!isGone(identity)) await sleep(lookAgainMs, undefined, { ref: false })
  return 'it was gone'
}
