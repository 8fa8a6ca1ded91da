/**
 * A lab whose processes cannot be seen from here: of another container or pid namespace, or with /proc hidden.
 *
 * Such a lab is not taken for dead. Its control socket lies in the file system and may answer all the same: then the lab runs, and
 * can be stopped through the control API. Otherwise its state is unknown, and the lab is left alone.
 */
import { LabError } from '../errors.js'
import { labFiles, type Places } from '../paths.js'
import { shellWord } from '../spec/index.js'
import { fateOf, reasonUnknown, type ProcessIdentity } from '../util/process-identity.js'
import { isProvenGone } from './evidence.js'
import { requireRunning, type FoundLab } from './find.js'

export type UnknownLab = Extract<FoundLab, { kind: 'unknown' }>
export type KnownLab = Exclude<FoundLab, UnknownLab>
type RunningLab = Extract<FoundLab, { kind: 'running' }>
type OrphanedLab = Extract<FoundLab, { kind: 'orphaned' }>

/** A lab that is unknown as `running` where its supervisor answers, and as `orphaned` where it is proven to be gone. */
export async function asked<Found extends FoundLab>(
  places: Places,
  found: Found,
): Promise<Found | RunningLab | OrphanedLab> {
  if (found.kind !== 'unknown') return found
  const { record, run } = found
  const { askStatus } = await import('./client.js')
  const status = await askStatus(run.socket).catch(() => undefined)
  // A folder may be mounted at the same place in two containers: the path of a socket says nothing about who listens there.
  const isItsOwn = status?.name === record.name && status.supervisor?.pid === run.supervisor.pid
  if (isItsOwn) return { kind: 'running', record, run }
  return (await isProvenGone(places, found)) ? { kind: 'orphaned', record, run } : found
}

/** @throws LabError `lab-state-unknown` */
export async function requireKnown<Found extends FoundLab>(
  places: Places,
  found: Found,
): Promise<Exclude<Found, UnknownLab> | RunningLab | OrphanedLab> {
  const known = await asked(places, found)
  if (known.kind === 'unknown') throw stateUnknown(known)
  return known as Exclude<Found, UnknownLab> | RunningLab | OrphanedLab
}

/** @throws LabError `lab-not-found` when the lab is not running; `bad-input`, `lab-damaged`, `lab-state-unknown` */
export const requireKnownRunning = async (
  places: Places,
  name: string,
): Promise<Exclude<KnownLab, { kind: 'stopped' }>> => requireKnown(places, requireRunning(places, name))

export function stateUnknown({
  record,
  run,
}: Pick<UnknownLab, 'run'> & { record: { name: string; dir: string } }): LabError {
  const unseen = unseenIn(run)
  return new LabError({
    code: 'lab-state-unknown',
    message: `whether the lab "${record.name}" runs is unknown: its process ${unseen.pid} cannot be seen from here`,
    hint: wayOut(unseen, record.dir),
    details: [reasonUnknown(unseen).text, `no answer on its control socket: ${run.socket}`],
  })
}

function unseenIn({ supervisor, nodes }: UnknownLab['run']): ProcessIdentity {
  const processes = [supervisor, ...nodes.flatMap(({ process }) => process ?? [])]
  return processes.find((process) => fateOf(process) === 'unknown') ?? supervisor
}

function wayOut(unseen: ProcessIdentity, dir: string): string {
  const { kind } = reasonUnknown(unseen)
  if (kind === 'no-proc') return 'Run the command where /proc is visible, or mount it: mount -t proc proc /proc'
  if (kind === 'hidden') return 'Run the command as the user who started the lab, or as root.'
  const forget = `rm ${shellWord(labFiles.running(dir))}`
  return `Run the command where the lab was started. If that container or machine is gone for good, delete the record of its processes, which loses no data: ${forget}`
}
