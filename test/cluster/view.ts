/** What every node of a cluster says, in the form that a plan can be compared with. */
import { parseNodes, type Member, type NodeLine, type PlannedNode } from '../../src/cluster/index.js'
import { troubleOf } from '../../src/cluster/nodes-text.js'
import { ask } from '../support/ask.js'

export const viewOf = async ({ port }: Pick<Member, 'port'>): Promise<NodeLine[]> =>
  parseNodes(String(await ask(port, 'CLUSTER', 'NODES')))

/** "m1 0-5460", "r1 of m1": a node as the plan has it. */
export const planned = (nodes: readonly PlannedNode[]): string[] =>
  nodes.map(({ name, slots, masterName }) => (slots ? `${name} ${slots.join('-')}` : `${name} of ${masterName}`))

/** The same out of what one node sees, in the order of the plan; whatever is not of the plan stands at the end. */
export function seen(lines: readonly NodeLine[], nodes: readonly Pick<PlannedNode, 'name' | 'port'>[]): string[] {
  const nameOf = (line: NodeLine | undefined) =>
    nodes.find(({ port }) => port === line?.port)?.name ?? `a stranger on port ${line?.port}`
  const describe = (line: NodeLine) => {
    const trouble = troubleOf(line)
    if (trouble) return `${nameOf(line)} in ${trouble}`
    if (line.masterId === null) return `${nameOf(line)} ${line.slots.map((range) => range.join('-')).join(' ')}`.trim()
    return `${nameOf(line)} of ${nameOf(lines.find(({ id }) => id === line.masterId))}`
  }
  const place = (line: NodeLine) => {
    const index = nodes.findIndex(({ port }) => port === line.port)
    return index < 0 ? Infinity : index
  }
  return [...lines].sort((a, b) => place(a) - place(b)).map(describe)
}

export const epochsOfMasters = (lines: readonly NodeLine[]): number[] =>
  lines.filter(({ masterId }) => masterId === null).map(({ epoch }) => epoch)
