export {
  choose,
  formCluster,
  leastMastersOfRedisCli,
  type CreatorName,
  type FormContext,
  type Formed,
} from './create/index.js'
export { canBeAsked, type Member, type Server, type Shape } from './member.js'
export { countSlots, isMaster, isMyself, parseNodes, type NodeLine } from './nodes-text.js'
export { isAtLeast, measureReady, startClimb, type Climb } from './ready.js'
export { planTopology, slotCount, type PlannedNode, type SlotRange } from './topology.js'
export { waitReady } from './wait.js'
export { resetCluster } from './verbs/reset.js'
export { readSettings } from './verbs/reset/baseline.js'
export type { Settings } from './verbs/reset/settings.js'
export { failover, type FailedOver, type FailoverOptions } from './verbs/failover.js'
