/** Ends whatever of a lab runs, whoever looks after it, and checks that it is gone. Its data stays. */
import { LabError } from '../errors.js'
import { socketPath, type Places } from '../paths.js'
import {
  awaitEnd,
  endOrphans,
  endServers,
  readLab,
  readRun,
  removeDeadSocket,
  removeRun,
  serversLeft,
  type RunRecord,
} from '../supervisor/index.js'
import { identify, isAlive, signalProcess, type ProcessIdentity } from '../util/process-identity.js'
import { findLab, isDisplaced, labDirOf, type FoundLab } from './find.js'

/** The supervisor gives each server 10 seconds before it kills it, and then has itself to end. */
const supervisorGraceMs = 20_000

/** @throws LabError `stop-failed` with the pids that are still there */
export async function endSupervisor(run: Pick<RunRecord, 'supervisor' | 'socket'>): Promise<void> {
  const { askStop } = await import('./client.js')
  // One that does not answer (it may be leaving already) understands the signal.
  await askStop(run.socket).catch(() => signalProcess(run.supervisor, 'SIGTERM'))
  await awaitEnd([run.supervisor], supervisorGraceMs)
}

/** To be called while holding the lab's lock. @throws LabError `stop-failed` */
export async function endLab(places: Places, found: Exclude<FoundLab, { kind: 'stopped' }>): Promise<void> {
  if (found.kind === 'running') await endSupervisor(found.run)
  // One that had to be killed, or was dead already, has left its servers behind.
  const now = findLab(places, found.record.name)
  if (now?.kind === 'orphaned') await endOrphans(places, now.record, now.run)
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
  const supervisor = run?.supervisor ?? (await supervisorAt(socket))
  if (supervisor && isAlive(supervisor)) await endSupervisor({ supervisor, socket })
  await endServers(
    record
      ? serversLeft(record, run?.nodes ?? []).map((left) => left.process)
      : (run?.nodes ?? []).flatMap((node) => node.process ?? []).filter(isAlive),
  )
  await removeDeadSocket(socket)
  removeRun(dir)
  if (record) return
  const done = run || supervisor ? ['what ran of the lab has been ended'] : []
  throw new LabError({ ...damage.toJSON(), details: [...damage.details, ...done] }, { cause: damage })
}

async function supervisorAt(socket: string): Promise<ProcessIdentity | undefined> {
  const { askStatus } = await import('./client.js')
  const status = await askStatus(socket).catch(() => undefined)
  return status?.supervisor ? identify(status.supervisor.pid) : undefined
}

function unlessDamaged<Read>(read: () => Read): Read | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
