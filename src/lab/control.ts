/** What can be asked of the nodes of a running lab. The client is loaded with the first question: starting a lab has none. */
import type { FailoverMode } from '../events.js'
import type { FailoverResult, NodeStatus, NodeVerb, ResetResult } from '../supervisor/index.js'

export interface NodeControl {
  verb(node: string, verb: NodeVerb, how: { timeoutMs: number; restart?: boolean }): Promise<NodeStatus>
  failover(node: string, how: { timeoutMs: number; mode: FailoverMode }): Promise<FailoverResult>
  reset(how: { timeoutMs: number }): Promise<ResetResult>
}

/**
 * Runs one question to a supervisor, with what it takes to reach it. A question that changes nothing is asked again, too, where
 * the supervisor died before it answered.
 */
export type Reach = <Answer>(
  ask: (socket: string) => Promise<Answer>,
  how?: { readonly changesNothing: boolean },
) => Promise<Answer>

export const controlOf = (to: string | Reach): NodeControl => {
  const reach: Reach = typeof to === 'string' ? (ask) => ask(to) : to
  return {
    verb: (node, verb, how) => reach(async (socket) => (await import('./client.js')).askVerb(socket, node, verb, how)),
    failover: (node, how) => reach(async (socket) => (await import('./client.js')).askFailover(socket, node, how)),
    reset: (how) => reach(async (socket) => (await import('./client.js')).askReset(socket, how)),
  }
}
