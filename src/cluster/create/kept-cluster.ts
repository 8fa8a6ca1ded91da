/** What the folders of a cluster that is down tell about it, and how folders come to tell something. */
import type { Server } from '../member.js'
import type { SlotRange } from '../topology.js'
import { recoverTarget } from './instant/index.js'

/** A master as it was when the cluster went down, or whoever has its data where its folder is gone. */
export interface KeptOwner {
  readonly server: Server
  readonly slots: readonly SlotRange[]
}

/**
 * In the order of their first slots.
 *
 * @throws LabError `create-failed` when the files do not tell one whole cluster
 */
export const keptOwners = (servers: readonly Server[]): KeptOwner[] =>
  recoverTarget(servers).masters.map(({ server, slots }) => ({ server, slots }))

export { pretendKept } from './instant/index.js'
