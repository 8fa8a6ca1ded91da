/** redis-lab as a library: a real Redis Cluster for a test or a program, in one line. */
export { defineConfig, type LabConfig, type LabConfigMaker } from './config/index.js'
export { LabError, type ErrorCode, type ErrorData } from './errors.js'
export type { ExitCause, FailoverMode, LabEvent, ReadyLevel, StartCause, TimedEvent } from './events.js'
export {
  connectLab,
  findSnapshot,
  startLab,
  type ConnectLabOptions,
  type Credentials,
  type EventListener,
  type EventOf,
  type EventType,
  type FailoverHow,
  type IoredisShape,
  type KeyHow,
  type KillHow,
  type Lab,
  type LabNode,
  type NodeName,
  type NodeRedisShape,
  type Patience,
  type RootNode,
  type Snapshot,
  type SnapshotHow,
  type StartLabOptions,
  type TlsTexts,
  type UpgradeHow,
} from './lab/index.js'
export type { TlsFiles } from './node/index.js'
export type { LabOptions } from './spec/index.js'
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
} from './supervisor/index.js'
