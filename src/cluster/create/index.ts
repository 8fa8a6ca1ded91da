export type { CreatorName, FormContext } from './creator.js'
export { choose, formCluster, leastMastersOfRedisCli, type Formed } from './form.js'
