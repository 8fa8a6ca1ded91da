export {
  choose,
  formCluster,
  isVerified,
  keptOwners,
  leastMastersOfRedisCli,
  leaveAsKept,
  pretendKept,
  verified,
  type CreatorName,
  type FormContext,
  type Formed,
  type KeptOwner,
  type VerifiedLine,
} from './create/index.js'
export { foreignNodes } from './foreign.js'
export { isIn, keyIn, slotOf, slotOfPrefix } from './key-slot.js'
export { canBeAsked, type Member, type Server, type Shape } from './member.js'
export { ownLineOnDisk, roleOnDisk, type RoleOnDisk } from './nodes-file.js'
export { countSlots, isMaster, isMyself, parseNodes, troubleOf, type NodeLine } from './nodes-text.js'
export { startClimb, type Climb } from './climb.js'
export { deviationsOf, rangesText, type Deviation } from './deviations.js'
export { isAtLeast, measureReady, type Measured } from './ready.js'
export { addressOf, membershipOf, ownsSlots } from './membership.js'
export { allServed, askWhoServes, slotServiceOf, type SlotService, type UnservedSlots } from './slot-service.js'
export { giveShardIds } from './shard-ids.js'
export { planTopology, slotCount, type PlannedNode, type SlotRange } from './topology.js'
export { askNodes, isServing, keysIn } from './view.js'
export { waitReady } from './wait.js'
export { isAgreedMaster } from './verbs/agreed-master.js'
export type { FailedOver } from './verbs/agreement.js'
export { awaitFailover } from './verbs/await-failover.js'
export { discard, dumpMasters, type Dump, type DumpedMaster, type DumpSource } from './verbs/dump.js'
export { failover, type FailoverOptions } from './verbs/failover.js'
export { resetCluster } from './verbs/reset.js'
export { readSettings } from './verbs/reset/baseline.js'
export type { Settings } from './verbs/reset/settings.js'
export { TemporaryChanges, type TemporaryRecord } from './temporary-changes.js'
