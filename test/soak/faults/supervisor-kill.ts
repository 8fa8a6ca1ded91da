import process from 'node:process'
import { until } from '../../../src/util/until.js'
import { identify } from '../../../src/util/process-identity.js'
import type { Fault } from './fault.js'

const goneMs = 5000

/** kill -9 of the supervisor; then the lab is taken up again, be it as it runs, be it after it was taken down. */
export const supervisorKill: Fault = {
  name: 'supervisor kills',
  weight: 3,
  async inject(lab, { ms, coin }) {
    const { supervisor } = await lab.status()
    if (!supervisor) return
    lab.place.tolerate('dead-locks')
    lab.place.journal.note(`SIGKILL to the supervisor [pid ${supervisor.pid}]`)
    process.kill(supervisor.pid, 'SIGKILL')
    await until(() => identify(supervisor.pid) === undefined || undefined, {
      deadline: Date.now() + goneMs,
      pollMs: 5,
    })
    await lab.place.moment(ms / 4)
    if (coin) await lab.place.run('down')
    await lab.place.run('up')
  },
}
