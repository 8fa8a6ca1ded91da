/** (6) `up` of a lab that was taken down with data in it, against the `up` that made it. */
import calculateSlot from 'cluster-key-slot'
import type { LabStatus, NodeStatus } from '../../src/supervisor/index.js'
import { NodeClient } from '../../src/node/index.js'
import { sixNodes, withLab } from '../place/lab.js'
import type { Row } from '../row.js'

const keyCount = 10_000
const value = 'x'.repeat(100)
const acknowledgedMs = 10_000

export const resume: Row = {
  number: 6,
  rounds: 5,
  ways: [
    {
      readings: [
        { key: 'resume-new', what: '`redis-lab up` of a new lab', unit: 'ms' },
        { key: 'resume', what: '`redis-lab up` of a kept lab with 10,000 keys', unit: 'ms' },
      ],
      measure: (place, signal) =>
        withLab({ place, signal }, sixNodes, async (lab) => {
          const newMs = await lab.up()
          await eachMaster(await lab.status(), fill)
          await lab.down()
          const resumeMs = await lab.up()
          const counts = await eachMaster(await lab.status(), async (client) => Number(await client.call('DBSIZE')))
          const found = counts.reduce((sum, count) => sum + count, 0)
          // The time of a lab that has lost its data would be worth nothing.
          if (found !== keyCount) throw new Error(`the kept lab has ${found} of ${keyCount} keys`)
          return { 'resume-new': newMs, resume: resumeMs }
        }),
    },
  ],
}

async function eachMaster<Result>(
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

/** The master's share of the keys, on its replica too. */
async function fill(client: NodeClient, { slots }: NodeStatus): Promise<void> {
  const keys = Array.from({ length: keyCount }, (_, n) => `bench:${n}`)
  const own = keys.filter((key) => {
    const slot = calculateSlot(key)
    return slots.some(([first, last]) => slot >= first && slot <= last)
  })
  await Promise.all(own.map((key) => client.call('SET', key, value)))
  await client.call('WAIT', sixNodes.replicas, acknowledgedMs)
}
