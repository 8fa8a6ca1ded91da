/** A lab of three masters and three replicas, as its record and as its status. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { planTopology } from '../../src/cluster/index.js'
import { resolveLab } from '../../src/spec/index.js'
import { writeLab, type LabRecord, type LabStatus, type NodeStatus } from '../../src/supervisor/index.js'

const ports = [6001, 6002, 6003, 6004, 6005, 6006]
/** m1 is aaaa…, r3 is ffff… */
export const idOf = (index: number): string => 'abcdef'.charAt(index).repeat(40)

const build = {
  engine: 'redis',
  version: '8.0.6',
  source: 'official release 8.0.6',
  server: '/cache/redis-server',
  cli: '/cache/redis-cli',
} as const

export function sampleRecord(change: Partial<LabRecord> = {}): LabRecord {
  const { spec } = resolveLab({}, {})
  return {
    format: 1,
    name: 'default',
    dir: '/labs/default',
    createdAt: '2025-01-02T03:04:05.678Z',
    formed: true,
    creator: 'redis-cli',
    auth: 'none',
    spec: { ...spec, set: [...spec.set] },
    build,
    nodes: planTopology({ masters: 3, replicas: 1, ports }).map((node, index) => ({ ...node, id: idOf(index) })),
    ...change,
  }
}

/** A record on disk, in its folder. */
export function putLab(record: LabRecord): void {
  mkdirSync(record.dir, { recursive: true })
  writeLab(record)
}

export function sampleStatus(change: Partial<LabStatus> = {}): LabStatus {
  const { nodes, dir, name } = sampleRecord()
  return {
    name,
    state: 'running',
    dir,
    ephemeral: false,
    redis: build,
    creator: 'redis-cli',
    tls: null,
    auth: 'none',
    supervisor: { pid: 4000, socket: '/run/lab.sock' },
    ready: { level: 'full', reasons: [] },
    slots: { assigned: 16_384, served: 16_384, unserved: [] },
    deviations: [],
    nodes: nodes.map((node, index): NodeStatus => ({
      name: node.name,
      host: '127.0.0.1',
      port: node.port,
      busPort: node.busPort,
      pid: 4001 + index,
      id: node.id,
      role: node.role,
      plannedRole: node.role,
      masterId: node.role === 'replica' ? idOf(index - 3) : null,
      slots: node.slots ? [node.slots] : [],
      redis: { engine: build.engine, version: build.version },
      state: 'running',
      restarts: 0,
      dir: path.join(dir, String(node.port)),
      log: path.join(dir, String(node.port), 'redis.log'),
      foreign: false,
    })),
    ...change,
  }
}

/** The sample's status with some nodes changed. */
export const withNodes = (status: LabStatus, changes: Record<string, Partial<NodeStatus>>): LabStatus => ({
  ...status,
  nodes: status.nodes.map((node) => ({ ...node, ...changes[node.name] })),
})
