/**
 * Runs a command to its end: the only door to execa and tree-kill.
 *
 * For tools that come and go (make, apt-get, redis-cli). The redis-servers and the supervisor live longer than a call and are
 * spawned where they are looked after. Both packages are loaded when the first command runs: importing this file costs nothing.
 */
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import type TreeKill from 'tree-kill'
import { LabError } from '../errors.js'
import { tailLines } from './text.js'

export interface CommandOptions {
  readonly cwd?: string
  /** Added to the environment of this process; `undefined` removes a name. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The command and everything it started is ended after this. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Whole lines of stdout and stderr, as they come. */
  readonly onLine?: (line: string) => void
  /** The command and everything it started is ended when this process dies, be it by SIGKILL. For what works for minutes. */
  readonly tethered?: boolean
}

export interface CommandResult {
  readonly stdout: string
  /** stdout and stderr as they were interleaved. */
  readonly output: string
}

const graceMs = 3000

/** What is meant for a lab is no business of a compiler or of apt, whoever's environment it stands in. */
const withheld = { REDIS_LAB_PASSWORD: undefined }

/**
 * A shell that leads a process group of its own and holds one end of a pipe. When this process dies, by whatever signal, the
 * other end closes: `read` returns, and the whole group is killed. When the command ends first, the watcher is told to go.
 */
const tether = `
exec 3<&0
(read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &
watcher=$!
"$@" </dev/null 3<&-
code=$?
kill "$watcher" 2>/dev/null
exit "$code"`

/**
 * @throws LabError `command-failed` with the command and the end of its output when it cannot be started, exits non-zero or
 *   runs out of time; `interrupted` when `signal` was aborted.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env, timeoutMs, signal, onLine, tethered = false } = options
  const command = [file, ...args].join(' ')
  const [{ execa }, { default: treeKill }] = await Promise.all([import('execa'), import('tree-kill')])
  if (signal?.aborted) throw interrupted(command)
  const common = { ...(cwd && { cwd }), env: { ...env, ...withheld }, all: true, reject: false } as const
  const child = tethered
    ? execa('/bin/sh', ['-c', tether, 'sh', file, ...args], { ...common, stdin: 'pipe', detached: true })
    : execa(file, args, { ...common, stdin: 'ignore' })

  let ending: 'timeout' | 'abort' | undefined
  const end = (why: 'timeout' | 'abort') => {
    const { pid } = child
    if (ending || pid === undefined) return
    ending = why
    void endTree((name) => signalTree({ pid, signal: name, tethered, treeKill }), child)
  }
  const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs, 'timeout')
  const onAbort = () => end('abort')
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    if (onLine) for await (const line of child.iterable({ from: 'all' })) onLine(line)
    const result = await child
    if (ending === 'abort') throw interrupted(command)
    if (!result.failed) return { stdout: result.stdout, output: result.all }
    const how =
      ending === 'timeout'
        ? `did not end within ${timeoutMs} ms`
        : result.exitCode === undefined
          ? `could not be run: ${result.shortMessage}`
          : `ended with exit code ${result.exitCode}`
    throw new LabError({
      code: 'command-failed',
      message: `${path.basename(file)} ${how}`,
      details: [...tailLines(result.all ?? '', 20), `command: ${command}`, ...(cwd ? [`in: ${cwd}`] : [])],
    })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

function interrupted(command: string): LabError {
  return new LabError({ code: 'interrupted', message: 'interrupted', details: [`command: ${command}`] })
}

/** SIGTERM to the whole tree, then SIGKILL to what is left of it when the grace is over. */
async function endTree(send: (signal: NodeJS.Signals) => void, gone: PromiseLike<unknown>): Promise<void> {
  send('SIGTERM')
  const timer = setTimeout(send, graceMs, 'SIGKILL')
  await gone
  clearTimeout(timer)
}

interface TreeSignal {
  readonly pid: number
  readonly signal: NodeJS.Signals
  readonly tethered: boolean
  readonly treeKill: typeof TreeKill
}

function signalTree({ pid, signal, tethered, treeKill }: TreeSignal): void {
  // A tethered command leads a process group, which also reaches children whose parent has ended before them.
  const signalRest = () => sendQuietly(tethered ? -pid : pid, signal)
  // tree-kill lists children with ps (pgrep on macOS) and crashes the process where there is none.
  if (findOnPath(process.platform === 'darwin' ? 'pgrep' : 'ps')) treeKill(pid, signal, signalRest)
  else signalRest()
}

function sendQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Already gone, which is what was wanted.
  }
}

/** The file that a command name stands for, or undefined when PATH has none. */
export function findOnPath(name: string, searchPath: string = process.env['PATH'] ?? ''): string | undefined {
  return searchPath
    .split(path.delimiter)
    .filter((dir) => dir !== '')
    .map((dir) => path.join(dir, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
