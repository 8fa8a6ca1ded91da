/** Finding and ending what belongs to a folder. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import process from 'node:process'
import { identify, isAlive, signalProcess, type ProcessIdentity } from '../../src/util/process-identity.js'
import { until } from '../../src/util/until.js'

const killGraceMs = 5000

/** Servers by the folder they work in, supervisors and commands by what their environment names. */
export function processesIn(dir: string): ProcessIdentity[] {
  const pids = process.platform === 'linux' ? pidsByProc(dir) : pidsByCommand(dir)
  return pids.filter((pid) => pid !== process.pid).flatMap((pid) => identify(pid) ?? [])
}

function pidsByProc(dir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        if (readlinkSync(`/proc/${pid}/cwd`).startsWith(dir)) return true
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`REDIS_LAB_STATE=${dir}`)
      } catch {
        // Gone in the meantime, or another user's.
        return false
      }
    })
    .map(Number)
}

function pidsByCommand(dir: string): number[] {
  const listing = execFileSync('ps', ['-Axo', 'pid=,command='], { encoding: 'utf8' })
  const lines = listing.split('\n').filter((line) => line.includes(dir))
  return lines.map((line) => Number.parseInt(line, 10))
}

/** By SIGKILL: these are not asked to save anything. Resolves when they are gone. */
export async function killAll(identities: readonly ProcessIdentity[]): Promise<void> {
  for (const identity of identities) signalProcess(identity, 'SIGKILL')
  const gone = () => !identities.some(isAlive) || undefined
  if (await until(gone, { deadline: Date.now() + killGraceMs, pollMs: 5 })) return
  const left = identities.filter(isAlive).map(({ pid }) => pid)
  throw new Error(`these processes cannot be ended: ${left.join(', ')}`)
}
