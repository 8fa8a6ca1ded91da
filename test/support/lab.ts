/** What tests ask of a lab's status. */
import type { LabStatus, NodeStatus } from '../../src/supervisor/index.js'
import { identify } from '../../src/util/process-identity.js'

/** A lab that forms quickly and meets nobody: three masters on ports that are free. */
export const small = ['--replicas', '0', '--port', 'auto'] as const
/** No RDB file can be renamed to this one: a replica never gets the data of its master, which it asks for again and again. */
const noReplication = ['--port', 'auto', '--set', 'dbfilename ..'] as const
/** A small lab whose forming never ends. */
export const neverReady = [...noReplication, '--masters', '1', '--replicas', '1'] as const
/** A lab whose forming ends, and whose proof does not. */
export const neverProven = [...noReplication, '--creator', 'redis-cli'] as const

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
