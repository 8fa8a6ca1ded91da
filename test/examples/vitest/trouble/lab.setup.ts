import { sharedLab } from 'redis-lab/vitest'

/** A watch finds no key of its last run. */
export default sharedLab({ masters: 3, replicas: 1, reset: true })
