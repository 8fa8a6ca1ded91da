import type { ClusterCreator, CreatorName } from './creator.js'
import { redisCliCreator } from './redis-cli.js'

export type { ClusterCreator, CreateContext, CreatorName } from './creator.js'

const creators: Readonly<Record<CreatorName, ClusterCreator>> = { 'redis-cli': redisCliCreator }

export const creatorNamed = (name: CreatorName): ClusterCreator => creators[name]
