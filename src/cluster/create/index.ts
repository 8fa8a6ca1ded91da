export type { CreatorName, FormContext } from './creator.js'
export { choose, formCluster, leastMastersOfRedisCli, leaveAsKept, type Formed } from './form.js'
