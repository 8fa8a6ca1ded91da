/** What can be asked of the nodes of a running lab. The client is loaded with the first question: starting a lab has none. */
import type { FailoverMode } from '../events.js'
import type { FailoverResult, NodeStatus, NodeVerb, ResetResult } from '../supervisor/index.js'

export interface NodeControl {
  verb(node: string, verb: NodeVerb, how: { timeoutMs: number; restart?: boolean }): Promise<NodeStatus>
  failover(node: string, how: { timeoutMs: number; mode: FailoverMode }): Promise<FailoverResult>
  reset(how: { timeoutMs: number }): Promise<ResetResult>
}

/** @param before resolves before anything is asked */
export const controlOf = (socket: string, before: () => Promise<unknown> = async () => {}): NodeControl => ({
  async verb(node, verb, how) {
    await before()
    const { askVerb } = await import('./client.js')
    return askVerb(socket, node, verb, how)
  },
  async failover(node, how) {
    await before()
    const { askFailover } = await import('./client.js')
    return askFailover(socket, node, how)
  },
  async reset(how) {
    await before()
    const { askReset } = await import('./client.js')
    return askReset(socket, how)
  },
})
