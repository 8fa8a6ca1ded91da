/** One write through a cluster client, and the proof that it is there. */
import { Cluster } from 'ioredis'
import type { LabStatus } from '../../../src/supervisor/index.js'
import { Violation } from '../violation.js'

/** @throws Violation */
export async function writeOnce({ name, nodes }: LabStatus): Promise<void> {
  const cluster = new Cluster(nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
  cluster.on('error', () => {})
  try {
    await cluster.set('soak', name)
    const found = await cluster.get('soak')
    if (found !== name) throw new Violation('failure', `the lab ${name} answers with "${found}": it is another's`)
  } catch (error) {
    if (error instanceof Violation) throw error
    throw new Violation('failure', `the lab ${name} takes no write: ${(error as Error).message}`)
  } finally {
    cluster.disconnect()
  }
}
