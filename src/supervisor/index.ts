export { readAccess } from './access.js'
export { buildOf, buildsOf, releasesOf } from './builds.js'
export { Channel, type FromSupervisor, type Order, type Origin, type ToSupervisor } from './channel.js'
export { labFacts, nodeFacts } from './describe.js'
export { deleteLab, deleteRemains, keepEvidence } from './folder.js'
export { parseJournalLine } from './journal.js'
export { nodeVerbs, type NodeVerb } from './node-verbs.js'
export { awaitEnd, endOrphans, endServers, removeDeadSocket, serversLeft } from './orphans.js'
export { readLab, readRun, type LabRecord, type RunRecord } from './record.js'
export { readUsersFile } from './users.js'
export { removeRun, writeLab } from './record-writer.js'
export type { FailoverBody, PatienceBody, SnapshotBody, UpgradeBody, VerbBody, WaitBody } from './requests.js'
export type { Seed, SeedShard } from './seed.js'
export type { TakenMaster, TakenSnapshot } from './take-snapshot.js'
export type {
  AuthKind,
  CrashStatus,
  FailoverResult,
  LabState,
  LabStatus,
  NodeStatus,
  NodeStatusState,
  ResetResult,
  UpgradedNode,
  UpgradeResult,
} from './status.js'
