/** Commands on one lab at the same time that change roles: they take turns, and each of them succeeds. */
import type { Fault, LabUnderFault } from './fault.js'

/** Two failovers: of one shard in both directions, or of two shards. */
export const failoversAtOnce: Fault = {
  name: 'concurrent failovers',
  weight: 3,
  needsReplicas: true,
  async inject(lab, { node, coin }) {
    const [replica, master, other] = await shardsOf(lab, node)
    await runAll(lab, ['failover', replica], ['failover', coin ? master : other])
  },
}

export const failoverBesideReset: Fault = {
  name: 'failovers beside a reset',
  weight: 2,
  needsReplicas: true,
  async inject(lab, { node, coin }) {
    await lab.emptying(async () => {
      const [replica] = await shardsOf(lab, node)
      lab.writer.idle = coin
      await runAll(lab, ['failover', replica], ['reset'])
      lab.writer.idle = false
    })
  },
}

export const resetsAtOnce: Fault = {
  name: 'concurrent resets',
  weight: 1,
  async inject(lab, { coin }) {
    await lab.emptying(async () => {
      lab.writer.idle = coin
      await runAll(lab, ['reset'], ['reset'])
      lab.writer.idle = false
    })
  },
}

/** Of a whole lab: a replica, its master, and a replica of another shard. */
async function shardsOf(lab: LabUnderFault, number: number): Promise<[string, string, string]> {
  const { nodes } = await lab.recovered()
  const replicas = nodes.filter(({ role }) => role === 'replica')
  const replica = replicas[number % replicas.length]
  const other = replicas[(number + 1) % replicas.length]
  const master = nodes.find(({ id }) => id === replica?.masterId)
  if (!replica || !other || !master) throw new Error('the lab has no replicas')
  return [replica.name, master.name, other.name]
}

/** Waits for all of them before it throws. */
async function runAll({ place }: LabUnderFault, ...commands: readonly (readonly string[])[]): Promise<void> {
  const runs = commands.map((args) => place.run(...args))
  await Promise.allSettled(runs)
  await Promise.all(runs)
}
