/** What tests ask of a lab's status. */
import type { LabStatus, NodeStatus } from '../../src/supervisor/index.js'
import { identify } from '../../src/util/process-identity.js'

/** A lab that forms quickly and meets nobody: three masters on ports that are free. */
export const small = ['--replicas', '0', '--port', 'auto'] as const
/** A small lab that never becomes ready, because its masters refuse writes for want of a replica. */
export const neverReady = [...small, '--set', 'min-replicas-to-write 1'] as const
/** The same, and its forming ends: what goes on for ever is the proof. */
export const neverProven = [...neverReady, '--creator', 'redis-cli'] as const

export function nodeOf(status: LabStatus, name: string): NodeStatus & { readonly pid: number } {
  const node = status.nodes.find((one) => one.name === name)
  if (!node || node.pid === null) throw new Error(`${name} does not run: ${JSON.stringify(node)}`)
  return { ...node, pid: node.pid }
}

export function supervisorOf({ supervisor }: LabStatus): NonNullable<LabStatus['supervisor']> {
  if (!supervisor) throw new Error('nobody looks after this lab')
  return supervisor
}

/** Pids of the lab's servers and its supervisor. */
export const pidsOf = (status: LabStatus): number[] => [
  ...status.nodes.flatMap((node) => node.pid ?? []),
  ...(status.supervisor ? [status.supervisor.pid] : []),
]

export const idsOf = (status: LabStatus) => status.nodes.map((node) => node.id)

export const isRunning = (pid: number): boolean => identify(pid) !== undefined
