/** The status of any lab: asked where somebody can answer, told from its record where nobody can. */
import { readFileSync } from 'node:fs'
import { isMyself, parseNodes, type NodeLine } from '../cluster/index.js'
import { labFiles, nodeFiles, type Places } from '../paths.js'
import { labFacts, nodeFacts, type LabStatus } from '../supervisor/index.js'
import { isAlive } from '../util/process-identity.js'
import { requireLab, type FoundLab } from './find.js'

/** @throws LabError `lab-not-found`, `lab-damaged`, `supervisor-failed` */
export async function labStatus(places: Places, name: string): Promise<LabStatus> {
  const found = requireLab(places, name)
  if (found.kind !== 'running') return fromRecord(found)
  const { askStatus } = await import('./client.js')
  return askStatus(found.run.socket)
}

function fromRecord(found: Exclude<FoundLab, { kind: 'running' }>): LabStatus {
  const { record } = found
  const orphans = found.kind === 'orphaned' ? found.run.nodes.filter(({ process }) => isAlive(process)) : []
  const reasons =
    found.kind === 'orphaned'
      ? [
          `its supervisor (pid ${found.run.supervisor.pid}) is gone and left ${orphans.length} servers running: redis-lab down ends them`,
        ]
      : ['the lab is down']
  return {
    ...labFacts(record),
    state: found.kind === 'orphaned' ? 'failed' : 'stopped',
    supervisor: null,
    ready: { level: 'none', reasons },
    nodes: record.nodes.map((node) => {
      const pid = orphans.find((orphan) => orphan.name === node.name)?.process.pid ?? null
      // As the node itself wrote it down when it last ran.
      const line = ownLineOnDisk(labFiles.node(record.dir, node.port))
      return { ...nodeFacts(record, node, line), pid, state: pid === null ? 'stopped' : 'running', restarts: 0 }
    }),
  }
}

function ownLineOnDisk(dir: string): NodeLine | undefined {
  try {
    return parseNodes(readFileSync(nodeFiles.nodes(dir), 'utf8')).find(isMyself)
  } catch {
    // Missing or damaged: that is for `up` to judge.
    return undefined
  }
}
