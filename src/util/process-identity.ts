/**
 * Who a process is. A pid alone is reused by strangers; a pid together with its start time is not.
 *
 * Linux: /proc/PID/stat (start in clock ticks since boot) and the boot id. Elsewhere: `ps -o lstart=`.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessIdentity {
  readonly pid: number
  /** Opaque: compare it, do not read it. */
  readonly startTime: string
}

let bootId: string | undefined

/** Undefined when no such process runs. A zombie does not run: it has ended and waits to be collected. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? linuxStart(pid) : psStart(pid)
  return startTime === undefined ? undefined : { pid, startTime }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime
}

/** Signals that process and no other; false when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    return process.kill(identity.pid, signal)
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

function linuxStart(pid: number): string | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  // The second field is the command in parentheses and may itself contain spaces and parentheses: count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  if (state === 'Z' || state === 'X') return undefined
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return `${bootId}:${fields[19]}`
}

function psStart(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    })
    const [, state, start] = /^(\S+)\s+(.*\S)\s*$/.exec(text) ?? []
    return state?.startsWith('Z') ? undefined : start
  } catch {
    return undefined
  }
}
