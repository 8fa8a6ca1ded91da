import { failoverBesideReset, failoversAtOnce, resetsAtOnce } from './at-once.js'
import { dataDamage } from './data-damage.js'
import { downUp } from './down-up.js'
import { failover } from './failover.js'
import type { Fault } from './fault.js'
import { killInFailover, killInReset, killInSnapshot, killInUpgrade } from './killed-operation.js'
import { nodeKill } from './node-kill.js'
import { nodePause } from './node-pause.js'
import { supervisorKill } from './supervisor-kill.js'
import { verbKill, verbPauseResume, verbRestart, verbStopStart } from './verbs.js'

export const faults: readonly [Fault, ...Fault[]] = [
  nodeKill,
  nodePause,
  supervisorKill,
  downUp,
  failover,
  failoversAtOnce,
  failoverBesideReset,
  resetsAtOnce,
  killInFailover,
  killInReset,
  killInSnapshot,
  killInUpgrade,
  dataDamage,
  verbKill,
  verbRestart,
  verbStopStart,
  verbPauseResume,
]
export { drawFault, LabUnderFault, type Draw } from './fault.js'
