/**
 * A new cluster that looks like one that was kept: each folder gets a nodes.conf that tells the truth about everybody. From
 * there on either creator has it back as it would any other, with the data that was put beside it.
 *
 * The ids are new ones each time: two clusters of one origin have nothing by which they could take each other for themselves.
 */
import { writeFileSync } from 'node:fs'
import { nodeFiles } from '../../../paths.js'
import type { Server } from '../../member.js'
import type { PlannedNode, SlotRange } from '../../topology.js'
import { settledFile } from './boot-files.js'
import { traitsOf } from './engine.js'
import { newTarget } from './target.js'

export interface Pretence {
  readonly nodes: readonly PlannedNode[]
  /** One for each planned node, in the same order; their folders are there. */
  readonly servers: readonly Server[]
  /** By the name of the master. */
  readonly slots: ReadonlyMap<string, readonly SlotRange[]>
}

export function pretendKept({ nodes, servers, slots }: Pretence): void {
  const target = newTarget(nodes, servers, slots)
  for (const me of [...target.masters, ...target.replicas])
    writeFileSync(nodeFiles.nodes(me.server.dir), settledFile(target, me, traitsOf(me.server.build)))
}
