/**
 * What the kernel says about a lab whose processes belong to another pid namespace of this boot: a container that was restarted
 * has a new namespace, and its old processes would stay unknown for ever.
 *
 * No process listens on the control socket any more, so the supervisor has ended. And no server holds the lock on its nodes.conf,
 * which every redis-server in cluster mode has until it ends (clusterLockConfig in Redis' cluster.c). Both count in all
 * namespaces that share the folders. One of them alone is not enough.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import net from 'node:net'
import { labFiles, labLock, nodeFiles, type Places } from '../paths.js'
import type { LabRecord, RunRecord } from '../supervisor/index.js'
import { otherLockHolder } from '../util/lock.js'
import { isOfThisBoot } from '../util/process-identity.js'

export async function isProvenGone(
  places: Places,
  { record, run }: { readonly record: LabRecord; readonly run: RunRecord },
): Promise<boolean> {
  // Another machine, or another boot, has sockets and locks of its own.
  if (!isOfThisBoot(run.supervisor)) return false
  // A starting supervisor may find the dead socket of an earlier one; while it starts, its caller holds the lock.
  if (otherLockHolder(labLock(places, record.name))) return false
  return (
    (await isRefused(run.socket)) &&
    record.nodes.every(({ port }) => nodesLock(labFiles.node(record.dir, port)) === 'free')
  )
}

/** No process listens there. A path that is not there says nothing: another container has a /tmp of its own. */
function isRefused(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(socket, () => {
      probe.destroy()
      resolve(false)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
}

/** Whether a server has the lock of a node's nodes.conf. Node has no flock of its own: without the program it is unknown. */
export function nodesLock(nodeDir: string): 'free' | 'held' | 'unknown' {
  const file = nodeFiles.nodes(nodeDir)
  // The program would make it.
  if (!existsSync(file)) return 'unknown'
  const { status } = spawnSync('flock', ['--shared', '--nonblock', file, 'true'], { stdio: 'ignore' })
  return status === 0 ? 'free' : status === 1 ? 'held' : 'unknown'
}
