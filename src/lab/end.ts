/** Ends whatever of a lab runs, whoever looks after it, and checks that it is gone. Its data stays. */
import { existsSync } from 'node:fs'
import { LabError } from '../errors.js'
import { labFiles, socketPath, type Places } from '../paths.js'
import {
  awaitEnd,
  endOrphans,
  endServers,
  readLab,
  readRun,
  removeDeadSocket,
  removeRun,
  serversLeft,
  type LabRecord,
  type RunRecord,
} from '../supervisor/index.js'
import { fateOf, identify, isAlive, isGone, signalProcess } from '../util/process-identity.js'
import { until } from '../util/until.js'
import { labDirOf } from './entry.js'
import { nodesLock } from './evidence.js'
import { findLab, isDisplaced, kindOf } from './find.js'
import { requireKnown, stateUnknown, type KnownLab } from './visibility.js'

/** The supervisor gives each server 10 seconds before it kills it, and then has itself to end. */
const supervisorGraceMs = 20_000

/** How long a supervisor needs to exit once it has closed its socket. */
const exitMs = 3000

/** @throws LabError `stop-failed` with the pids that are still there; `supervisor-failed` */
export async function endSupervisor(run: Pick<RunRecord, 'supervisor' | 'socket'>): Promise<void> {
  if (fateOf(run.supervisor) === 'unknown') return endBySocket(run.socket)
  const { askStop } = await import('./client.js')
  // One that does not answer (it may be leaving already) understands the signal.
  await askStop(run.socket).catch(() => signalProcess(run.supervisor, 'SIGTERM'))
  await awaitEnd([run.supervisor], supervisorGraceMs)
}

/**
 * Ends a supervisor of which only its socket is known: one that cannot be seen from here is not signalled. Its answer means that
 * its servers are gone; after that it closes the socket, and exits.
 *
 * @throws LabError `stop-failed`, `supervisor-failed` when it does not answer
 */
async function endBySocket(socket: string): Promise<void> {
  const { askStop } = await import('./client.js')
  await askStop(socket)
  const silent = async () => (await removeDeadSocket(socket)) || undefined
  if (await until(silent, { deadline: Date.now() + supervisorGraceMs, pollMs: 10 })) return
  throw new LabError({ code: 'stop-failed', message: `the supervisor still answers on ${socket}` })
}

/** To be called while holding the lab's lock. @throws LabError `stop-failed` */
export async function endLab(places: Places, found: Exclude<KnownLab, { kind: 'stopped' }>): Promise<void> {
  let left: KnownLab | undefined = found
  if (found.kind === 'running') {
    await endSupervisor(found.run)
    // One that had to be killed has left its servers behind.
    const now = findLab(places, found.record.name)
    left = now && (await requireKnown(places, now))
  }
  if (left?.kind === 'orphaned') await endOrphans(places, left.record, left.run)
}

/**
 * A lab of which a record cannot be read may run all the same, and is to be had down. Its supervisor is known by its socket, and
 * its servers by either record. A damaged run.json is of no use from then on, and removed.
 *
 * @throws LabError the damage, with what was done about it, where it is lab.json that cannot be read; `stop-failed`
 */
export async function endDamaged(places: Places, name: string, damage: LabError): Promise<void> {
  const dir = labDirOf(places, name)
  if (dir === undefined) throw damage
  const socket = socketPath(places, dir)
  const record = unlessDamaged(() => readLab(dir))
  const found = unlessDamaged(() => readRun(dir))
  // A folder that was copied names the processes of another lab, which is not to be had down.
  if (record && isDisplaced(record, name, dir)) throw damage
  const run = found?.socket === socket ? found : undefined
  if (record && run) return
  const ended = await (run ? endRecorded(name, dir, run) : endAnswering(socket))
  await endServers(
    record
      ? serversLeft(record, run?.nodes ?? []).map((left) => left.process)
      : (run?.nodes ?? []).flatMap((node) => node.process ?? []).filter(isAlive),
  )
  if (record) requireUnlocked(record, damage)
  await removeDeadSocket(socket)
  // The record of a copied folder, or of a lab with another REDIS_LAB_RUNTIME, is not about what was ended here.
  if ((run || !found) && existsSync(labFiles.running(dir))) removeRun(dir)
  if (record) return
  const done = ended ? ['what ran of the lab has been ended'] : []
  throw new LabError({ ...damage.toJSON(), details: [...damage.details, ...done] }, { cause: damage })
}

/** @throws LabError `lab-state-unknown` when the processes cannot be seen from here, and the supervisor does not answer */
async function endRecorded(name: string, dir: string, run: RunRecord): Promise<true> {
  const kind = kindOf(run)
  if (kind === 'running') await endSupervisor(run)
  if (kind === 'unknown')
    await endBySocket(run.socket).catch(() => {
      throw stateUnknown({ record: { name, dir }, run })
    })
  return true
}

/** With a damaged run.json nothing else tells of servers that cannot be seen from here. @throws LabError `lab-state-unknown` */
function requireUnlocked(record: LabRecord, damage: LabError): void {
  const held = record.nodes.find(({ port }) => nodesLock(labFiles.node(record.dir, port)) === 'held')
  if (!held) return
  throw new LabError(
    {
      code: 'lab-state-unknown',
      message: `a server that cannot be seen from here works in ${labFiles.node(record.dir, held.port)}`,
      hint: 'Run the command where the lab was started.',
      details: damage.details,
    },
    { cause: damage },
  )
}

/** @returns whether a supervisor answered */
async function endAnswering(socket: string): Promise<boolean> {
  const { askStatus } = await import('./client.js')
  const status = await askStatus(socket).catch(() => undefined)
  if (!status?.supervisor) return false
  // Its pid may be that of another pid namespace, and a stranger's here: it is waited for, briefly, and never signalled.
  const seen = identify(status.supervisor.pid)
  await endBySocket(socket)
  if (seen) await until(() => isGone(seen) || undefined, { deadline: Date.now() + exitMs, pollMs: 5 })
  return true
}

function unlessDamaged<Read>(read: () => Read): Read | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
