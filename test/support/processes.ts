/** Which processes belong to a place: to a folder with a REDIS_LAB_STATE in it that nobody else uses. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import process from 'node:process'
import { identify } from '../../src/util/process-identity.js'

/**
 * Every process of this place: servers by their working directory (they write their title over their environment), supervisors
 * and commands by their environment.
 */
export function processesOf(dir: string): number[] {
  if (process.platform !== 'linux') return processesByCommand(dir)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && identify(pid) !== undefined)
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
        return environment.includes(`REDIS_LAB_STATE=${dir}/`) || readlinkSync(`/proc/${pid}/cwd`).startsWith(`${dir}/`)
      } catch {
        return false
      }
    })
}

function processesByCommand(dir: string): number[] {
  const listing = execFileSync('ps', ['-Axo', 'pid=,command='], { encoding: 'utf8' })
  return listing
    .split('\n')
    .filter((line) => line.includes(dir))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid !== process.pid)
}
