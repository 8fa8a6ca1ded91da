/** The status of any lab: asked where somebody can answer, told from its record where nobody can. */
import { countSlots, ownLineOnDisk } from '../cluster/index.js'
import { labFiles, labLock, type Places } from '../paths.js'
import { labFacts, nodeFacts, serversLeft, type LabStatus, type NodeStatus } from '../supervisor/index.js'
import { lockHolder, type LockHolder } from '../util/lock.js'
import type { ProcessIdentity } from '../util/process-identity.js'
import { nameFlag } from '../spec/index.js'
import { requireLab, starterInWords } from './find.js'
import { requireKnown, type KnownLab } from './visibility.js'

/** @throws LabError `lab-not-found`, `lab-damaged`, `lab-state-unknown`, `supervisor-failed` */
export async function labStatus(places: Places, name: string): Promise<LabStatus> {
  const found = await requireKnown(places, requireLab(places, name))
  if (found.kind !== 'running') return fromRecord(places, found)
  const { askStatus } = await import('./client.js')
  try {
    return await askStatus(found.run.socket)
  } catch (error) {
    // Its socket is not there yet, or not any more: both pass.
    const now = await requireKnown(places, requireLab(places, name))
    if (now.kind !== 'running') return fromRecord(places, now)
    if (!now.run.formed) return fromRecord(places, { kind: 'stopped', record: now.record }, now.run.supervisor)
    throw error
  }
}

type Unattended = Exclude<KnownLab, { kind: 'running' }>

function fromRecord(places: Places, found: Unattended, supervisor?: ProcessIdentity): LabStatus {
  const { record } = found
  const orphans = found.kind === 'orphaned' ? serversLeft(record, found.run.nodes) : []
  const holder = found.kind === 'stopped' ? lockHolder(labLock(places, record.name)) : undefined
  const starter = holder ?? (supervisor && { ...supervisor, command: 'the supervisor' })
  const reason = reasonFor(found, orphans.length, starter)
  const nodes = record.nodes.map((node): NodeStatus => {
    const pid = orphans.find((orphan) => orphan.name === node.name)?.process.pid ?? null
    // As the node itself wrote it down when it last ran.
    const line = ownLineOnDisk(labFiles.node(record.dir, node.port))
    return { ...nodeFacts(record, node, line), pid, state: pid === null ? 'stopped' : 'running', restarts: 0 }
  })
  const assigned = nodes.filter(({ role }) => role === 'master').flatMap(({ slots }) => slots)
  return {
    ...labFacts(record),
    state: found.kind === 'orphaned' ? 'failed' : starter ? 'starting' : 'stopped',
    supervisor: null,
    ready: { level: 'none', reasons: [reason] },
    slots: {
      assigned: countSlots(assigned),
      served: 0,
      unserved: assigned.length > 0 ? [{ slots: assigned, reason }] : [],
    },
    notes: [],
    deviations: [],
    nodes,
  }
}

function reasonFor(found: Unattended, orphans: number, starter: LockHolder | undefined): string {
  if (found.kind === 'stopped') {
    return starter ? starterInWords(starter) : 'the lab is down'
  }
  const flag = nameFlag(found.record.name)
  return `its supervisor (pid ${found.run.supervisor.pid}) is gone and left ${orphans} servers running: redis-lab up${flag} adopts them, redis-lab down${flag} ends them`
}
