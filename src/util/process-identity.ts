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

interface Look {
  readonly startTime: string
  /** As `ps` has it: R, S, T… A letter may be followed by others. */
  readonly state: string
}

let bootId: string | undefined

/** Undefined when no such process runs. A zombie does not run: it has ended and waits to be collected. */
export function identify(pid: number): ProcessIdentity | undefined {
  const look = lookAt(pid)
  return look && { pid, startTime: look.startTime }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return lookAt(identity.pid)?.startTime === identity.startTime
}

/** It was stopped by SIGSTOP, or by a debugger, and runs on when it gets SIGCONT. */
export function isPaused({ pid, startTime }: ProcessIdentity): boolean {
  const look = lookAt(pid)
  return look?.startTime === startTime && /^[Tt]/.test(look.state)
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

/** Undefined for what does not run: ended, or ended and not yet collected. */
function lookAt(pid: number): Look | undefined {
  const look = process.platform === 'linux' ? linuxLook(pid) : psLook(pid)
  return look && /^[ZX]/.test(look.state) ? undefined : look
}

function linuxLook(pid: number): Look | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  // The second field is the command in parentheses and may itself contain spaces and parentheses: count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return { startTime: `${bootId}:${fields[19]}`, state: fields[0] ?? '' }
}

function psLook(pid: number): Look | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    })
    const [, state, startTime] = /^(\S+)\s+(.*\S)\s*$/.exec(text) ?? []
    return state && startTime ? { startTime, state } : undefined
  } catch {
    return undefined
  }
}
