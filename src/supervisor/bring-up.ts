/** Starts the servers of a new lab, or of one that was stopped, and makes them one cluster again. */
import { rmSync } from 'node:fs'
import {
  allServed,
  askWhoServes,
  formCluster,
  isAtLeast,
  slotServiceOf,
  type Climb,
  type CreatorName,
  type SlotService,
  type TemporaryChanges,
} from '../cluster/index.js'
import type { Emit } from '../events.js'
import type { Access, RedisNode } from '../node/index.js'
import { labFiles } from '../paths.js'
import { spellRelease } from '../release/index.js'
import type { Origin } from './channel.js'
import { prepareFolder, refreshFolder } from './node-folders.js'
import type { LabRecord } from './record.js'
import { replaceLost } from './replace-lost.js'
import { anyShapeOf, shapeOf } from './shape-of.js'

export interface BringUpContext {
  readonly access: Access
  readonly nodes: readonly RedisNode[]
  readonly temporary: TemporaryChanges
  readonly emit: Emit
  /** From Date.now(). */
  readonly deadline: number
  /** Aborted, with the reason, when a server ends or the lab is to be stopped. */
  readonly signal: AbortSignal
  readonly record: () => LabRecord
  /** Writes the record, before anything relies on it. */
  readonly change: (changed: LabRecord) => void
}

export interface BroughtUp {
  readonly creator: CreatorName
  readonly climb: Climb
  readonly slots: SlotService
}

/**
 * @returns what every node reported when the level of the lab was proven
 * @throws LabError `data-missing`, `snapshot-damaged`, or why the cluster did not form
 */
export async function bringUp(
  origin: Exclude<Origin, { kind: 'orphaned' }>,
  context: BringUpContext,
): Promise<BroughtUp> {
  const { access, nodes: servers, temporary, emit, deadline, signal, record } = context
  const { build, nodes, spec, dir } = record()
  const isKept = origin.kind === 'kept'
  const seed = origin.kind === 'new' ? origin.seed : undefined
  if (access.tls) await (await import('./tls/index.js')).requireCertificates(record())
  for (const node of servers) {
    const replaced = prepareFolder({ record: record(), access }, node, { rewrite: isKept && origin.rewriteConf })
    if (replaced) emit({ type: 'node-conf-replaced', node: node.name, port: node.port })
  }
  const heirs = isKept ? heirsOfLost(origin, context) : new Map<RedisNode, RedisNode>()
  if (isKept && nodes.some((node) => node.build)) await bringReplicasAlong(context)
  if (seed) await (await import('./seed.js')).sow(seed, { nodes, servers })
  const logFile = labFiles.createLog(dir)
  rmSync(logFile, { force: true })
  const { creator, climb } = await formCluster(
    {
      build,
      access,
      nodes,
      servers,
      shape: isKept ? anyShapeOf(record()) : shapeOf(record()),
      // With the data of a snapshot it is as if it had been there before.
      kept: isKept || seed !== undefined,
      heirs,
      level: spec.wait,
      logFile,
      deadline,
      signal,
      emit,
      temporary,
    },
    spec.creator,
  )
  if (seed) await (await import('./seed.js')).requireLoaded(seed, { nodes, servers })
  // A level below "ok" proves nothing about slots, and none below "agreed" about roles: they are asked for.
  const slots = isAtLeast(spec.wait, 'ok') ? allServed : slotServiceOf(climb, await askWhoServes(climb))
  return { creator, climb, slots }
}

/** For each master whose data is gone the replica that has it. @throws LabError `data-missing`; nothing was touched then */
function heirsOfLost(
  { acceptDataLoss = false }: Extract<Origin, { kind: 'kept' }>,
  { nodes, emit, record }: BringUpContext,
): Map<RedisNode, RedisNode> {
  return replaceLost(record(), nodes, { accept: acceptDataLoss, emit })
}

/** A replica that could not follow its newer master gets that release. Recorded before any of them starts, as in an upgrade. */
async function bringReplicasAlong({ access, nodes: servers, emit, record, change }: BringUpContext): Promise<void> {
  const { bringAlong } = await import('./upgrade/index.js')
  const { record: changed, nodes } = bringAlong(record(), servers)
  if (nodes.length === 0) return
  change(changed)
  for (const { node, before } of nodes) {
    refreshFolder({ record: changed, access }, node, before)
    const [from = '', to = ''] = [before, node.build].map(spellRelease)
    emit({ type: 'node-brought-along', node: node.name, port: node.port, from, to })
  }
}
