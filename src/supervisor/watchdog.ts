/**
 * The second line of a lease. A supervisor that is killed cannot take its lab down, and where its caller is killed with it
 * nobody is left who knows of the servers.
 *
 * So a shell in a session of its own holds the other end of a pipe: it costs about a megabyte and no time. When the pipe ends
 * without a word, the supervisor is dead, and the shell becomes the program that ends what was left. A supervisor that ends in
 * order says so first.
 */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { sweepProgram, type Places } from '../paths.js'
import { ownIdentity, type ProcessIdentity } from '../util/process-identity.js'

/** What sweep.ts is told, as JSON in its only argument. */
export interface SweepOrder {
  readonly places: Places
  readonly dir: string
  readonly name: string
  /** Of nobody else's lab anything is ended: another supervisor may have adopted it. */
  readonly supervisor: ProcessIdentity
}

const script = 'read -r _ || exec "$@"'

/** @returns what tells it that all is in order, and resolves when it has gone */
export function startWatchdog(lab: Omit<SweepOrder, 'supervisor'>): () => Promise<void> {
  const order: SweepOrder = { ...lab, supervisor: ownIdentity() }
  const args = ['-c', script, 'redis-lab-watchdog', process.execPath, sweepProgram(), JSON.stringify(order)]
  const shell = spawn('/bin/sh', args, { detached: true, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'] })
  const gone = new Promise<void>((resolve) => {
    shell.once('exit', () => resolve())
    shell.once('error', () => resolve())
  })
  shell.stdin.on('error', () => {})
  shell.unref()
  return async () => {
    shell.stdin.end('in order\n')
    await gone
  }
}
