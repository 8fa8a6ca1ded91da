/** redis-lab as a library: a real Redis Cluster for a test or a program, in one line. */
export { LabError, type ErrorCode, type ErrorData } from './errors.js'
export type { LabEvent, ReadyLevel } from './events.js'
export { connectLab, startLab, type Lab, type LabNode, type RootNode, type StartLabOptions } from './lab/index.js'
export type { LabOptions } from './spec/index.js'
export type { LabState, LabStatus, NodeStatus, NodeStatusState } from './supervisor/index.js'
