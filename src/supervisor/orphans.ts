/**
 * Servers whose supervisor has died: found, and ended.
 *
 * run.json names them by identity. One that was spawned in the very moment in which its supervisor died is in no record; it is
 * known by its program and its folder.
 */
import { lstatSync, rmSync } from 'node:fs'
import net from 'node:net'
import { LabError } from '../errors.js'
import { labFiles, portsDir, type Places } from '../paths.js'
import { clearDeadClaims, portHolder, releasePorts } from '../node/index.js'
import { processesIn, withoutLinks } from '../util/processes-in.js'
import { isAlive, isGone, signalProcess, type ProcessIdentity } from '../util/process-identity.js'
import { until } from '../util/until.js'
import { buildsOf } from './builds.js'
import { removeRun } from './record-writer.js'
import type { LabRecord, RunRecord } from './record.js'

const graceMs = 10_000
const pollMs = 3

export interface LeftServer {
  readonly name: string
  readonly process: ProcessIdentity
  /** It works in this node's folder. */
  readonly placed: boolean
  readonly runId: string | null
}

/** Every server of the lab that still runs. Usually one for each node that has any. */
export function serversLeft(record: LabRecord, known: RunRecord['nodes']): LeftServer[] {
  const dirs = new Map(record.nodes.map(({ name, port }) => [labFiles.node(record.dir, port), name]))
  const servers = new Set(buildsOf(record).map((build) => withoutLinks(build.server)))
  const placed = processesIn([...dirs.keys()]).flatMap(({ process, dir, program }) => {
    const noted = known.find((node) => sameProcess(node.process, process))
    // Somebody's shell may work in the folder too: who is not written down has to run the program.
    if (!noted && !servers.has(program)) return []
    return [{ name: dirs.get(dir) ?? '', process, placed: true, runId: noted?.runId ?? null }]
  })
  const elsewhere = known.flatMap(({ name, process, runId }) =>
    process && isAlive(process) && !placed.some((found) => sameProcess(found.process, process))
      ? [{ name, process, placed: false, runId }]
      : [],
  )
  return [...placed, ...elsewhere]
}

const sameProcess = (one: ProcessIdentity | null, other: ProcessIdentity): boolean =>
  one?.pid === other.pid && one.startTime === other.startTime

/**
 * Ends what a dead supervisor has left of this lab. Its data stays. To be called while holding the lab's lock.
 *
 * @throws LabError `stop-failed` with the pids that are still there
 */
export async function endOrphans(places: Places, record: LabRecord, run: RunRecord): Promise<void> {
  await endServers(serversLeft(record, run.nodes).map(({ process }) => process))
  await removeDeadSocket(run.socket)
  releasePorts(
    record.nodes.map(({ port }) => port),
    { dir: portsDir(places), holder: portHolder(record.name, run.supervisor) },
  )
  clearDeadClaims(portsDir(places))
  removeRun(record.dir)
}

/** SIGTERM, and SIGKILL for what outlives its grace. @throws LabError `stop-failed` */
export async function endServers(servers: readonly ProcessIdentity[]): Promise<void> {
  for (const server of servers) {
    signalProcess(server, 'SIGTERM')
    signalProcess(server, 'SIGCONT')
  }
  await awaitEnd(servers, graceMs)
}

/** Waits for their end, and kills what outlives its grace. @throws LabError `stop-failed` */
export async function awaitEnd(processes: readonly ProcessIdentity[], graceMs: number): Promise<void> {
  const gone = () => processes.every(isGone) || undefined
  if (await until(gone, { deadline: Date.now() + graceMs, pollMs })) return
  for (const process of processes) signalProcess(process, 'SIGKILL')
  if (await until(gone, { deadline: Date.now() + graceMs, pollMs })) return
  throw new LabError({
    code: 'stop-failed',
    message: 'not every process of the lab could be ended',
    details: processes.filter((one) => !isGone(one)).map(({ pid }) => `pid ${pid}`),
  })
}

/** A socket on which somebody answers is never unlinked, nor is anything that is none. @returns whether the path is free now */
export async function removeDeadSocket(socket: string): Promise<boolean> {
  const found = lstatSync(socket, { throwIfNoEntry: false })
  if (!found) return true
  if (!found.isSocket() || (await answers(socket))) return false
  rmSync(socket, { force: true })
  return true
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(socket, () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
}
