/**
 * The probe write: a master that accepts a write and replicas that acknowledge it prove more than any view of them.
 *
 * It does a second thing. A replica is hidden from CLUSTER SLOTS while its replication offset is 0, and only a write or the
 * ping that a master sends every 10 seconds moves the offset.
 */
import type { NodeClient } from '../node/index.js'
import { keyIn } from './key-slot.js'
import type { SlotRange } from './topology.js'

/** A key left behind by a killed prober goes away by itself. */
const keyLifeSeconds = 10
const waitMs = 500

/**
 * Writes into the master's own slots, waits for `replicas` acknowledgements, and removes what it wrote.
 *
 * @returns what is missing, or undefined
 */
export async function probeWrite(client: NodeClient, slots: SlotRange, replicas: number): Promise<string | undefined> {
  const { key } = keyIn([slots], 'redis-lab:probe')
  const wrote = client.call('SET', key, '1', 'EX', keyLifeSeconds)
  const acknowledged = replicas > 0 ? client.call('WAIT', replicas, waitMs) : Promise.resolve(0)
  const removed = client.call('DEL', key)
  // All three are under way: none may be left to reject unheard.
  const [write, count] = await Promise.allSettled([wrote, acknowledged, removed])
  if (write.status === 'rejected') return `it refuses writes: ${(write.reason as Error).message}`
  if (count.status === 'rejected') return `it cannot wait for replicas: ${(count.reason as Error).message}`
  if (Number(count.value) < replicas) return `${String(count.value)} of ${replicas} replicas acknowledged a write`
  return undefined
}
