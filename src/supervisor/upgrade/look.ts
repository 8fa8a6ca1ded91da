/** The lab as it is before an upgrade: what the plan is made from, or why none is made. */
import { readFileSync } from 'node:fs'
import { isAtLeast, isMaster, measureReady, startClimb, type Climb, type Shape } from '../../cluster/index.js'
import { LabError } from '../../errors.js'
import type { ReadyLevel } from '../../events.js'
import { readDirective, type RedisNode } from '../../node/index.js'
import { nodeFiles } from '../../paths.js'
import { canFollow } from '../../release/index.js'
import { commandFor } from '../../spec/index.js'
import { ownLine } from '../describe.js'
import type { LabRecord } from '../record.js'
import type { RollNode } from './plan.js'

/** @throws LabError `wrong-state` when the cluster is not whole, or slots are on their way */
export async function look(
  nodes: readonly RedisNode[],
  { shape, planned, lab }: { readonly shape: Shape; readonly planned: LabRecord['nodes']; readonly lab: string },
): Promise<RollNode[]> {
  const climb = startClimb(nodes, shape)
  const { level, reasons } = await measureReady(climb)
  if (level !== 'full' && !(await lacksOnlyOldReplicas(nodes, climb, level))) {
    const hint = `${commandFor(lab, 'status')} shows how it is; only a cluster that is whole is upgraded, or an upgrade that stopped goes on.`
    throw new LabError({ code: 'wrong-state', message: 'the lab is degraded', hint, details: reasons })
  }
  const moving = nodes.filter((node) => (ownLine(climb, node)?.moving.length ?? 0) > 0)
  if (moving.length > 0) {
    const message = `slots of ${moving.map(({ name }) => name).join(', ')} are on their way from one node to another`
    const hint = 'Let the move come to its end, or call it off (redis-cli --cluster fix), and ask again.'
    throw new LabError({ code: 'wrong-state', message, hint })
  }
  const masters = mastersOf(nodes, climb)
  return Promise.all(
    nodes.map(async (node, index): Promise<RollNode> => ({
      name: node.name,
      release: node.build,
      planned: planned[index]?.role ?? 'replica',
      master: masters.get(node) ?? null,
      keepsData: await keepsData(node),
    })),
  )
}

/**
 * An upgrade that was cut off right after a failover leaves an old master behind as the replica of a newer one, which it cannot
 * follow: it is what the upgrade would have upgraded next. Nothing else may be amiss.
 */
async function lacksOnlyOldReplicas(nodes: readonly RedisNode[], climb: Climb, level: ReadyLevel): Promise<boolean> {
  if (!isAtLeast(level, 'ok')) return false
  const masters = mastersOf(nodes, climb)
  const nodeOf = (name: string) => nodes.find((node) => node.name === name)
  const isLeftBehind = (node: RedisNode) => {
    const master = nodeOf(masters.get(node) ?? '')
    return master !== undefined && !canFollow(node.build, master.build)
  }
  const others = nodes.filter((node) => masters.get(node) && !isLeftBehind(node))
  if (others.length === nodes.filter((node) => masters.get(node)).length) return false
  const links = await Promise.all(others.map(async (node) => (await node.client()).text('INFO', 'replication')))
  return links.every((info) => /^master_link_status:up\r?$/m.test(info))
}

/** Who is whose master at this moment, by the names of the plan, as each node says of itself. */
function mastersOf(nodes: readonly RedisNode[], climb: Climb): Map<RedisNode, string | null> {
  const names = new Map(nodes.map((node) => [ownLine(climb, node)?.id, node.name]))
  return new Map(
    nodes.map((node) => {
      const line = ownLine(climb, node)
      return [node, line && !isMaster(line) ? (names.get(line.masterId ?? undefined) ?? null) : null]
    }),
  )
}

/** What the next start reads is what this life writes: redis.conf says the one, the server the other. */
async function keepsData(node: RedisNode): Promise<boolean> {
  const client = await node.client()
  const [appends, saves] = await Promise.all(
    ['appendonly', 'save'].map(async (name) => {
      const pair = await client.call('CONFIG', 'GET', name)
      return Array.isArray(pair) ? String(pair[1]) : ''
    }),
  )
  const conf = readFileSync(nodeFiles.conf(node.dir), 'utf8')
  const readsLog = readDirective(conf, 'appendonly')?.toLowerCase() === 'yes'
  // With any "save" a server that ends in order writes its data down first.
  return readsLog ? appends === 'yes' : saves !== ''
}
