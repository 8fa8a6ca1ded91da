// region: shared-setup
import { sharedLab } from 'redis-lab/vitest'

export default sharedLab({ masters: 3, replicas: 1 })
// end
