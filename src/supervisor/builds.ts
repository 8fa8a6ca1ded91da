/** Which build is whose: a lab has one, and single nodes may have one of their own. */
import { isSameRelease } from '../release/index.js'
import type { LabRecord } from './record.js'

type Built = LabRecord['build']

export const buildOf = ({ build }: Pick<LabRecord, 'build'>, node: Pick<LabRecord['nodes'][number], 'build'>): Built =>
  node.build ?? build

/** Every build that a node of the lab runs, and the lab's own: each program once. */
export function buildsOf(record: Pick<LabRecord, 'build' | 'nodes'>): Built[] {
  const all = [record.build, ...record.nodes.map((node) => buildOf(record, node))]
  return [...new Map(all.map((one) => [one.server, one])).values()]
}

/** Every release that a node of the lab runs, in the order of the nodes. */
export function releasesOf(record: Pick<LabRecord, 'build' | 'nodes'>): Built[] {
  const all = record.nodes.map((node) => buildOf(record, node))
  return all.filter((one, index) => all.findIndex((other) => isSameRelease(one, other)) === index)
}
