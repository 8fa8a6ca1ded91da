export { Channel, type FromSupervisor, type Order, type ToSupervisor } from './channel.js'
export { deleteLab } from './folder.js'
export { readLab, readRun, removeRun, writeLab, type LabRecord, type RunRecord } from './record.js'
export type { LabState, LabStatus, NodeStatus, NodeStatusState } from './status.js'
