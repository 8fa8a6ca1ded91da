/** The supervisor that a caller has started, while nobody but the system knows of it. */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import type { Command } from './command.js'
import type { Place } from './place.js'

/** By SIGKILL. @returns false when there is none, or none any more */
export async function killSupervisorOf(caller: Command, place: Place): Promise<boolean> {
  const pid = supervisorOf(caller.pid)
  if (pid === undefined) return false
  place.tolerate('orphans')
  place.tally.fault('supervisor kills')
  place.journal.note(`SIGKILL to the supervisor [pid ${pid}] of ${caller.words} [pid ${caller.pid}]`)
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}

/** By its program, or by the title that it gives itself. */
function supervisorOf(parent: number): number | undefined {
  const listing = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  for (const line of listing.split('\n')) {
    const [, pid, ppid, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    if (Number(ppid) === parent && /^redis-lab: |\/supervisor\/main\.js/.test(args)) return Number(pid)
  }
  return undefined
}
