/**
 * Taking over the servers of a supervisor that has died.
 *
 * A server is adopted when it is beyond doubt the node's own: the process that was written down (pid and start time), at work
 * in the node's folder, and on the node's port there answers that process with the run id that was written down. Of one that is
 * paused nothing can be asked; the process and the folder have to do. Anything else that is left is ended, so that the node can
 * be started as it should be.
 */
import type { RedisNode } from '../node/index.js'
import { isPaused } from '../util/process-identity.js'
import type { Origin } from './channel.js'
import { endServers, serversLeft, type LeftServer } from './orphans.js'
import type { LabRecord } from './record.js'

type Left = Extract<Origin, { kind: 'orphaned' }>['left']

/** @throws LabError `stop-failed` when a server that could not be adopted could not be ended either */
export async function adoptServers(record: LabRecord, nodes: readonly RedisNode[], left: Left): Promise<void> {
  const servers = serversLeft(record, left)
  const strangers = await Promise.all(
    servers.map(async (server) => {
      const node = nodes.find(({ name }) => name === server.name)
      // The second look is for two of one folder: while the one was asked, the other may have been adopted.
      if (!node || !(await isOwn(node, server)) || node.identity) return [server.process]
      node.adopt(server.process)
      return []
    }),
  )
  await endServers(strangers.flat())
}

async function isOwn(node: RedisNode, { process, placed, runId }: LeftServer): Promise<boolean> {
  if (!placed) return false
  if (isPaused(process)) return runId !== null
  try {
    const client = await node.client()
    const info = await client.text('INFO', 'server')
    const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1]
    return field('process_id') === String(process.pid) && (runId === null || field('run_id') === runId)
  } catch {
    // One that does not answer is no use to anybody.
    return false
  }
}
