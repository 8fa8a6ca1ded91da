/** Keys in a lab's cluster: each master gets its share of them. */
import calculateSlot from 'cluster-key-slot'
import type { LabStatus, NodeStatus } from '../../src/supervisor/index.js'
import { NodeClient } from '../../src/node/index.js'

const value = 'x'.repeat(100)
const acknowledgedMs = 10_000

export async function eachMaster<Result>(
  { nodes }: LabStatus,
  work: (client: NodeClient, master: NodeStatus) => Promise<Result>,
): Promise<Result[]> {
  const masters = nodes.filter((node) => node.role === 'master')
  return Promise.all(
    masters.map(async (master) => {
      const client = await NodeClient.connect(master.port)
      try {
        return await work(client, master)
      } finally {
        client.close()
      }
    }),
  )
}

/** Writes so many keys of 100 bytes; they are on the replicas too when it returns. */
export async function fill(status: LabStatus, count: number, replicas: number): Promise<void> {
  const keys = Array.from({ length: count }, (_, n) => `bench:${n}`)
  await eachMaster(status, async (client, { slots }) => {
    const own = keys.filter((key) => {
      const slot = calculateSlot(key)
      return slots.some(([first, last]) => slot >= first && slot <= last)
    })
    await Promise.all(own.map((key) => client.call('SET', key, value)))
    await client.call('WAIT', replicas, acknowledgedMs)
  })
}

export async function countKeys(status: LabStatus): Promise<number> {
  const counts = await eachMaster(status, async (client) => Number(await client.call('DBSIZE')))
  return counts.reduce((sum, count) => sum + count, 0)
}
