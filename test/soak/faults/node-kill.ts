import process from 'node:process'
import type { Fault } from './fault.js'

/** kill -9 of a redis-server, as the kernel does it when memory is short. */
export const nodeKill: Fault = {
  name: 'node kills',
  weight: 4,
  async inject(lab, { node }) {
    const { name, pid } = await lab.runningNode(node)
    lab.place.journal.note(`SIGKILL to ${name} [pid ${pid}]`)
    process.kill(pid, 'SIGKILL')
  },
}
