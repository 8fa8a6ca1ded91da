export {
  choose,
  formCluster,
  keptOwners,
  leastMastersOfRedisCli,
  pretendKept,
  type CreatorName,
  type FormContext,
  type Formed,
  type KeptOwner,
} from './create/index.js'
export { canBeAsked, type Member, type Server, type Shape } from './member.js'
export { countSlots, isMaster, isMyself, parseNodes, type NodeLine } from './nodes-text.js'
export { isAtLeast, measureReady, startClimb, type Climb } from './ready.js'
export { planTopology, slotCount, type PlannedNode, type SlotRange } from './topology.js'
export { waitReady } from './wait.js'
export { discard, dumpMasters, type Dump, type DumpedMaster, type DumpSource } from './verbs/dump.js'
export { failover, type FailedOver, type FailoverOptions } from './verbs/failover.js'
