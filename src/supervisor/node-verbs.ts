/** What can be done to one node of a running lab. Each resolves when it is a fact. */
import { LabError, unreachable } from '../errors.js'
import type { RedisNode } from '../node/index.js'
import { commandFor } from '../spec/index.js'
import type { Restarts } from './restarts.js'

export const nodeVerbs = ['start', 'stop', 'restart', 'kill', 'pause', 'resume'] as const
export type NodeVerb = (typeof nodeVerbs)[number]

export interface NodeVerbOptions {
  /** From Date.now(). */
  readonly deadline: number
  /** False: a node that is killed stays as it is. */
  readonly restart: boolean
}

/**
 * A node that is already as it is wanted stays so, and that is no error.
 *
 * @throws LabError `wrong-state` when the node cannot be treated so as it is; `node-failed`, `port-taken` or `not-ready` when it
 *   does not come up
 */
export async function applyVerb(
  verb: NodeVerb,
  node: RedisNode,
  restarts: Restarts,
  { deadline, restart }: NodeVerbOptions,
): Promise<void> {
  // Somebody else may have paused it, or let it run on.
  node.observe()
  switch (verb) {
    case 'start':
      return start(node, restarts, 'start', deadline)
    case 'stop':
      restarts.hold(node)
      return node.stop('stop')
    case 'restart':
      restarts.hold(node)
      await node.stop('restart')
      return start(node, restarts, 'restart', deadline)
    case 'kill':
      if (!restart) restarts.hold(node)
      return node.kill()
    case 'pause':
      return node.pause({ deadline })
    case 'resume':
      return node.resume({ deadline })
    default:
      return unreachable(verb)
  }
}

async function start(node: RedisNode, restarts: Restarts, cause: 'start' | 'restart', deadline: number): Promise<void> {
  if (node.state === 'paused') {
    const hint = `${commandFor(node.lab, 'resume', node.name)} lets it run on.`
    throw new LabError({ code: 'wrong-state', message: `${node.name} is paused: it is there already`, hint })
  }
  // It is on its way out; another process cannot have its ports before.
  if (node.state === 'stopping') await node.stop('stop')
  if (node.state === 'stopped' || node.state === 'crashed') {
    restarts.requireOpen()
    restarts.release(node)
    node.start([], cause)
  }
  await node.listening({ deadline })
}
