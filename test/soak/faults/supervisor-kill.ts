import type { Fault } from './fault.js'

/** kill -9 of the supervisor; then the lab is taken up again, be it as it runs, be it after it was taken down. */
export const supervisorKill: Fault = {
  name: 'supervisor kills',
  weight: 3,
  async inject(lab, { ms, coin }) {
    const { supervisor } = await lab.status()
    if (!supervisor) return
    await lab.killSupervisor(supervisor)
    await lab.place.moment(ms / 4)
    if (coin) await lab.place.run('down')
    await lab.place.run('up')
  },
}
