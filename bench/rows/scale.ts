/** (5) Twenty and a hundred nodes, by both creators, to the same level of readiness. */
import type { CreatorName } from '../../src/cluster/index.js'
import { withLab } from '../place/lab.js'
import type { Row, Way } from '../row.js'

const nodeCounts = [20, 100]
const creators: readonly CreatorName[] = ['instant', 'redis-cli']
const limitMs = 240_000

export const scale: Row = {
  number: 5,
  rounds: 3,
  ways: nodeCounts.flatMap((nodes) => creators.map((creator) => wayOf(nodes, creator))),
}

function wayOf(nodes: number, creator: CreatorName): Way {
  const key = `${creator}-${nodes}`
  const args = ['--creator', creator, '--timeout', `${limitMs}ms`]
  return {
    readings: [{ key, what: `\`redis-lab up\`, ${nodes} nodes, creator ${creator}`, unit: 'ms' }],
    limitMs,
    measure: (place, signal) =>
      withLab({ place, signal }, { masters: nodes / 2, replicas: 1, args }, async (lab) => ({ [key]: await lab.up() })),
  }
}
