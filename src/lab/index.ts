export { pruneBuilds, removeBuilds, usedBuilds, type BuildUser, type PrunedBuilds, type UsedBuild } from './builds.js'
export { clientShapesOf } from './client-shapes.js'
export type { Credentials, IoredisShape, NodeRedisShape, TlsTexts } from './client-shapes.js'
export { controlOf, type NodeControl } from './control.js'
export { labNames } from './entry.js'
export { findLab, requireLab, requireRunning, type FoundLab } from './find.js'
export type { KeyHow, Lab, NodeName, RootNode, SnapshotHow, UpgradeHow } from './lab.js'
export type { FailoverHow, KillHow, LabNode, Patience } from './lab-node.js'
export type { SupervisorLine } from './line.js'
export type { EventListener, EventOf, EventType } from './listeners.js'
export { resolveNode } from './node-name.js'
export { openLab, type OpenContext, type Opened } from './open.js'
export { prune, type Pruned } from './prune.js'
export {
  listSnapshots,
  removeSnapshots,
  snapshotLab,
  type Listed as ListedSnapshot,
  type SaveHow,
  type Snapshot,
} from './snapshot/index.js'
export {
  connectLab,
  findSnapshot,
  keepFolder,
  labBehind,
  prepareBuild,
  startLab,
  type ConnectLabOptions,
  type StartLabOptions,
} from './start.js'
export { labStatus } from './status.js'
export { supervisedLab } from './supervised.js'
export { upgradeLab, type UpgradeWish } from './upgrade.js'
export { takeDown, type TakenDown } from './take-down.js'
export { asked, requireKnownRunning, stateUnknown } from './visibility.js'
export { waitForLab } from './wait-for-lab.js'
