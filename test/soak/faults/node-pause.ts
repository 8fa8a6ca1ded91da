import type { Fault } from './fault.js'

/** SIGSTOP and, some time later, SIGCONT. The cycle goes on in the meantime. */
export const nodePause: Fault = {
  name: 'pauses',
  weight: 3,
  async inject(lab, { node, ms }) {
    const { name, pid } = await lab.runningNode(node)
    lab.place.journal.note(`SIGSTOP to ${name} [pid ${pid}] for ${ms} ms`)
    lab.pause(pid, ms)
  },
}
