import type { Fault } from './fault.js'

/** The whole lab down and up again, in the middle of writes or in a quiet moment. */
export const downUp: Fault = {
  name: 'down and up',
  weight: 2,
  async inject(lab, { coin }) {
    lab.writer.idle = coin
    await lab.place.run('down')
    await lab.place.run('up')
    lab.writer.idle = false
  },
}
