/** Reads every acknowledged key, as any cluster client would. */
import { Cluster } from 'ioredis'
import type { LabStatus } from '../../../src/supervisor/index.js'
import { slotOf, tagOf, tags, valueOf } from './keys.js'
import type { Acknowledged } from './writer.js'

const batchSize = 500

/** @returns in words, those that are not there with their values */
export async function lostOf(status: LabStatus, acknowledged: ReadonlyMap<string, Acknowledged>): Promise<string[]> {
  const cluster = new Cluster(status.nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
  cluster.on('error', () => {})
  const lost: string[] = []
  try {
    for (const tag of tags) {
      const keys = [...acknowledged.keys()].filter((key) => tagOf(key) === tag)
      for (let at = 0; at < keys.length; at += batchSize) {
        const batch = keys.slice(at, at + batchSize)
        const values = await cluster.mget(...batch)
        lost.push(...batch.filter((key, index) => values[index] !== valueOf(key)))
      }
    }
  } finally {
    cluster.disconnect()
  }
  return lost.map((key) => {
    const { port, atMs } = acknowledged.get(key) ?? { port: 0, atMs: 0 }
    return `${key} (slot ${slotOf(key)}), acknowledged by port ${port} at ${atMs.toFixed(0)} ms`
  })
}
