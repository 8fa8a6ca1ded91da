/** Run by the watchdog: ends what a supervisor of a leased lab has left that was killed. */
import { existsSync } from 'node:fs'
import process from 'node:process'
import { labLock } from '../paths.js'
import { isGone } from '../util/process-identity.js'
import { withLock } from '../util/lock.js'
import { deleteLab } from './folder.js'
import { endOrphans } from './orphans.js'
import { readLab, readRun } from './record.js'
import type { SweepOrder } from './watchdog.js'

const { places, dir, name, supervisor } = JSON.parse(process.argv[2] ?? '') as SweepOrder

await withLock(
  labLock(places, name),
  { command: `redis-lab, after the end of the supervisor of "${name}"` },
  async () => {
    const record = existsSync(dir) ? readLab(dir) : undefined
    const run = record && readRun(dir)
    const isItsOwn = run?.supervisor.pid === supervisor.pid && run.supervisor.startTime === supervisor.startTime
    if (!record || !run || !isItsOwn || !isGone(supervisor)) return
    await endOrphans(places, record, run)
    if (record.spec.ephemeral || !record.formed) deleteLab(places, record)
  },
)
