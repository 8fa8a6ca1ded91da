/** Runs a program to its end, and says how long that took: from before it was spawned until it was seen to exit. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'

export interface RunOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export interface Ran {
  readonly elapsedMs: number
  readonly stdout: string
}

/** A command that is told to go undoes what it began, and that takes it a while. */
const graceMs = 25_000

/** @throws Error the reason of `signal`, once the program and its group are gone · the program's last words when it failed */
export async function run(file: string, args: readonly string[], { cwd, env, signal }: RunOptions): Promise<Ran> {
  signal.throwIfAborted()
  const startedAt = performance.now()
  // A group of its own: Ctrl-C reaches the bench alone, which then ends everybody in order.
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let elapsedMs = 0
  child.once('exit', () => (elapsedMs = performance.now() - startedAt))
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk) => (said[stream] += String(chunk)))
  }
  let killer: NodeJS.Timeout | undefined
  const end = () => {
    signalGroup(child.pid, 'SIGTERM')
    killer = setTimeout(signalGroup, graceMs, child.pid, 'SIGKILL')
  }
  signal.addEventListener('abort', end, { once: true })
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    signal.throwIfAborted()
    if (code === 0) return { elapsedMs, stdout: said.stdout }
    const words = `${said.stdout}\n${said.stderr}`.trim().split('\n').slice(-12).join('\n  ')
    throw new Error(`${[path.basename(file), ...args].join(' ')} ended with ${code}:\n  ${words}`)
  } finally {
    clearTimeout(killer)
    signal.removeEventListener('abort', end)
  }
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name)
  } catch {
    // Gone already, which is what was wanted.
  }
}
