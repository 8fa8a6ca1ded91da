export type { CreatorName, FormContext } from './creator.js'
export { isVerified, verified, type VerifiedLine } from './instant/engine.js'
export { keptOwners, pretendKept, type KeptOwner } from './kept-cluster.js'
export { choose, formCluster, leastMastersOfRedisCli, leaveAsKept, type Formed } from './form.js'
