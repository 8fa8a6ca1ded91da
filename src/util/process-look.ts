/** One look at one pid: /proc on Linux, `ps` elsewhere. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'

export type Look =
  | {
      readonly kind: 'seen'
      /** Ticks since boot on Linux; elsewhere a date. */
      readonly start: string
      /** As `ps` prints it: R, S, T… A letter may be followed by others. */
      readonly state: string
    }
  /** No process has this pid. */
  | { readonly kind: 'none' }
  /** There may be one, but this process cannot look at it: hidepid, another user, no `ps`, too many open files. */
  | { readonly kind: 'hidden' }

export interface LookOptions {
  /** Earlier versions recorded the date in the time zone of the machine. */
  readonly localTime?: boolean
}

export const lookAt = (pid: number, options: LookOptions = {}): Look =>
  process.platform === 'linux' ? lookInProc(pid) : lookWithPs(pid, options)

export function lookInProc(pid: number): Look {
  return (
    readStat(pid) ??
    (takesSignals(pid)
      ? // It may have been started between the two; otherwise it is hidden.
        (readStat(pid) ?? { kind: 'hidden' })
      : { kind: 'none' })
  )
}

function readStat(pid: number): Look | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return undefined
  }
}

/** The second field is the command in parentheses and may itself contain spaces and parentheses: count from the last one. */
export function parseStat(text: string): Look {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, start] = [fields[0], fields[19]]
  return state && start ? { kind: 'seen', start, state } : { kind: 'hidden' }
}

/** In UTC, so that a process has the same start time after the machine has moved to another time zone. */
export const psEnvironment = ({ localTime = false }: LookOptions): Record<string, string> => ({
  LC_ALL: 'C',
  ...(localTime ? {} : { TZ: 'UTC' }),
})

export function lookWithPs(pid: number, { localTime = false }: LookOptions = {}): Look {
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: psEnvironment({ localTime }),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return parsePs(text)
  } catch {
    return takesSignals(pid) ? { kind: 'hidden' } : { kind: 'none' }
  }
}

/** `Ss   Thu Nov 26 09:05:01 2026`, after the two columns that were asked for. */
export function parsePs(text: string): Look {
  const [, state, start] = /^\s*(\S+)\s+(\S.*\S)\s*$/.exec(text) ?? []
  return state && start ? { kind: 'seen', start, state } : { kind: 'hidden' }
}

/** The kernel answers for every pid of this namespace, however little /proc or `ps` show. */
function takesSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
