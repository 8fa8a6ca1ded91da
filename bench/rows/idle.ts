/** (9) What a lab of six costs while nobody uses it: its supervisor's processor time and memory. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { sixNodes, withLab } from '../place/lab.js'
import { Skip, type Row } from '../row.js'

/** What forming has left is not idling: some seconds after the last work, V8 collects it, once. */
const settleMs = 12_000
const watchMs = 10_000

export const idle: Row = {
  number: 9,
  rounds: 2,
  ways: [
    {
      readings: [
        { key: 'idle-cpu', what: 'idle supervisor, of one core', unit: '%' },
        { key: 'idle-memory', what: 'idle supervisor, resident memory', unit: 'MB' },
      ],
      measure: (place, signal) => {
        if (process.platform !== 'linux') throw new Skip('it is read from /proc')
        return withLab({ place, signal }, sixNodes, async (lab) => {
          await lab.up()
          const { supervisor } = await lab.status()
          if (!supervisor) throw new Error('nobody looks after the lab')
          await sleep(settleMs, undefined, { signal })
          const before = processorMs(supervisor.pid)
          await sleep(watchMs, undefined, { signal })
          const usedMs = processorMs(supervisor.pid) - before
          return { 'idle-cpu': (usedMs / watchMs) * 100, 'idle-memory': residentMegabytes(supervisor.pid) }
        })
      },
    },
  ],
}

/** User and system time of all its threads, to the clock tick: usually 10 ms, so 0.1 % of the watch. */
function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // Counted from behind the command, which may hold spaces itself: utime and stime are fields 14 and 15 of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  return (ticks / ticksPerSecond) * 1000
}

function residentMegabytes(pid: number): number {
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])
  return (kibibytes * 1024) / 1e6
}
