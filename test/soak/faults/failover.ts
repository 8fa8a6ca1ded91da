import type { Fault } from './fault.js'

/** A replica takes over, by agreement with its master: that is promised of a lab that is whole. */
export const failover: Fault = {
  name: 'failovers',
  weight: 2,
  needsReplicas: true,
  async inject(lab, { node }) {
    const { nodes } = await lab.recovered()
    const replicas = nodes.filter(({ role }) => role === 'replica')
    const replica = replicas[node % replicas.length]
    if (replica) await lab.place.run('failover', replica.name)
  },
}
