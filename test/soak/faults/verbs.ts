/** What redis-lab's own commands do to a node, in pairs that end with the node running. */
import type { Fault } from './fault.js'

export const verbKill: Fault = {
  name: 'redis-lab kill',
  weight: 1,
  async inject(lab, { node }) {
    const { name } = await lab.runningNode(node)
    await lab.place.run('kill', name)
  },
}

export const verbRestart: Fault = {
  name: 'redis-lab restart',
  weight: 1,
  async inject(lab, { node }) {
    const { name } = await lab.runningNode(node)
    await lab.place.run('restart', name)
  },
}

export const verbStopStart: Fault = {
  name: 'redis-lab stop and start',
  weight: 1,
  async inject(lab, { node, ms }) {
    const { name } = await lab.runningNode(node)
    await lab.place.run('stop', name)
    await lab.place.moment(ms)
    await lab.place.run('start', name)
  },
}

export const verbPauseResume: Fault = {
  name: 'redis-lab pause and resume',
  weight: 1,
  async inject(lab, { node, ms }) {
    const { name } = await lab.runningNode(node)
    await lab.place.run('pause', name)
    await lab.place.moment(ms)
    await lab.place.run('resume', name)
  },
}
