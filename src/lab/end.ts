/** Ends whatever of a lab runs, whoever looks after it, and checks that it is gone. Its data stays. */
import { LabError } from '../errors.js'
import type { Places } from '../paths.js'
import { awaitEnd, endOrphans, endServers, readRun, removeRun, type RunRecord } from '../supervisor/index.js'
import { isAlive, signalProcess } from '../util/process-identity.js'
import { findLab, labDirOf, type FoundLab } from './find.js'

/** The supervisor gives each server 10 seconds before it kills it, and then has itself to end. */
const supervisorGraceMs = 20_000

/** @throws LabError `stop-failed` with the pids that are still there */
export async function endSupervisor(run: RunRecord): Promise<void> {
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
 * A lab whose record cannot be read may run all the same, and is to be had down.
 *
 * @throws LabError always: the damage, with what was done about it
 */
export async function endDamaged(places: Places, name: string, damage: LabError): Promise<never> {
  const dir = labDirOf(places, name)
  const run = dir === undefined ? undefined : readRun(dir)
  if (dir === undefined || !run) throw damage
  if (isAlive(run.supervisor)) await endSupervisor(run)
  await endServers(run.nodes.flatMap((node) => node.process ?? []).filter(isAlive))
  removeRun(dir)
  const details = [...damage.details, 'what ran of the lab has been ended']
  throw new LabError({ ...damage.toJSON(), details }, { cause: damage })
}
