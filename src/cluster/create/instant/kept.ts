/**
 * Who everybody was: the target of a cluster that was kept, out of the nodes.conf that each node left.
 *
 * A node's own line is the truth about itself as of its last moment; about the others it may be behind. Where two claim a slot,
 * the higher epoch has it, as on the bus. A master whose folder is gone gives its place to a replica that has the data.
 *
 * The originals stay beside the files that are booted from until the cluster stands again: whatever happens in between, nobody
 * takes a ghost for a master.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../../errors.js'
import { nodeFiles } from '../../../paths.js'
import { writeWhole } from '../../../util/files.js'
import { addressOf } from '../../membership.js'
import type { Server } from '../../member.js'
import { isMaster, isMyself, ownersBySlot, parseNodes, type NodeLine } from '../../nodes-text.js'
import { slotCount, type SlotRange } from '../../topology.js'
import { randomId, type Target, type TargetMaster, type TargetReplica } from './target.js'

const originalOf = (server: Server): string => `${nodeFiles.nodes(server.dir)}.kept`

/** Call it before any file to boot from is written. A server that left none gets an empty original, which says just that. */
export function keepOriginals(servers: readonly Server[]): void {
  for (const server of servers) {
    if (!existsSync(originalOf(server))) writeWhole(originalOf(server), readIfThere(nodeFiles.nodes(server.dir)) ?? '')
  }
}

export function removeOriginals(servers: readonly Server[]): void {
  for (const server of servers) rmSync(originalOf(server), { force: true })
}

/** Undoes an attempt that did not come to its end, now or in an earlier life of the lab. */
export function restoreOriginals(servers: readonly Server[]): void {
  for (const server of servers) {
    // Redis takes an empty nodes.conf for none.
    if (existsSync(originalOf(server))) renameSync(originalOf(server), nodeFiles.nodes(server.dir))
  }
}

interface Witness {
  readonly server: Server
  readonly lines: readonly NodeLine[]
  readonly own: NodeLine
  readonly currentEpoch: number
  readonly lastVoteEpoch: number
}

/**
 * @param heirs for masters whose data is gone: the replica that has it
 * @throws LabError `create-failed` when the files do not tell a cluster that can be resumed this way
 */
export function recoverTarget(servers: readonly Server[], heirs: ReadonlyMap<Server, Server> = new Map()): Target {
  const witnesses = servers.flatMap((server) => testify(server) ?? [])
  if (witnesses.some(({ own }) => own.moving.length > 0))
    throw cannot('slots were on their way from one node to another')
  requireOwnCluster(servers, witnesses)
  const idOf = nameServers(servers, witnesses)
  const claims = bestClaims(idOf, witnesses)
  const owners = ownersOf(claims)
  const masters = new Map<string, TargetMaster>()
  const shardIds = new Map(claims.map((line) => [line.id, line.shardId]))
  for (const [id, slots] of rangesByOwner(owners)) {
    const heir = heirOf(id, { servers, ids: idOf, witnesses, heirs })
    masters.set(id, { server: heir.server, id: heir.id, shardId: shardIds.get(id) ?? randomId(), slots })
  }
  const taken = new Set([...masters.values()].map((master) => master.server))
  const replicas = servers
    .filter((server) => !taken.has(server))
    .map((server): TargetReplica => {
      const id = idOf.get(server) as string
      return { server, id, master: masterFor(id, claims, masters, owners) }
    })
  return {
    masters: [...masters.values()],
    replicas,
    lastEpoch: Math.max(...witnesses.map((witness) => witness.currentEpoch), ...claims.map((line) => line.epoch)),
    lastVoteEpoch: Math.max(...witnesses.map((witness) => witness.lastVoteEpoch)),
  }
}

function testify(server: Server): Witness | undefined {
  const file = [originalOf(server), nodeFiles.nodes(server.dir)].find((path) => existsSync(path))
  const text = file === undefined ? '' : readFileSync(file, 'utf8')
  if (text === '') return undefined
  let lines: NodeLine[]
  try {
    lines = parseNodes(text)
  } catch (error) {
    throw cannot(`${file} cannot be read: ${(error as Error).message}`)
  }
  const own = lines.find(isMyself)
  if (!own) throw cannot(`${file} does not say which node it belongs to`)
  const [, currentEpoch = 0, lastVoteEpoch = 0] = /^vars currentEpoch (\d+) lastVoteEpoch (\d+)/m.exec(text) ?? []
  return { server, lines, own, currentEpoch: Number(currentEpoch), lastVoteEpoch: Number(lastVoteEpoch) }
}

/**
 * Whoever was added, removed or left without slots stays as it was: only the plain way changes nobody's place.
 *
 * @throws LabError `create-failed`
 */
function requireOwnCluster(servers: readonly Server[], witnesses: readonly Witness[]): void {
  const ports = new Set(servers.map(({ port }) => port))
  const lines = witnesses.flatMap((witness) => witness.lines)
  const isPassing = ({ flags }: NodeLine) => flags.includes('handshake') || flags.includes('noaddr')
  const foreign = lines.find((line) => !ports.has(line.port) && !isPassing(line))
  if (foreign) throw cannot(`${addressOf(foreign)}, which is not of this lab, belongs to it`)
  for (const { server, own } of witnesses) {
    const others = witnesses.filter((witness) => witness.server !== server)
    const isKnown = others.some((other) => other.lines.some(({ port }) => port === server.port))
    if (others.length > 0 && !isKnown) throw cannot(`${server.name} was removed from it`)
    if (isMaster(own) && own.slots.length === 0 && own.moving.length === 0)
      throw cannot(`${server.name} is a master without slots`)
  }
}

/** A node that left nothing is known to the others by the port of its folder. */
function nameServers(servers: readonly Server[], witnesses: readonly Witness[]): Map<Server, string> {
  const ids = new Map(witnesses.map(({ server, own }) => [server, own.id]))
  for (const server of servers) {
    if (ids.has(server)) continue
    const seen = witnesses.flatMap(({ lines }) => lines).find((line) => line.port === server.port)
    ids.set(server, seen?.id ?? randomId())
  }
  return ids
}

/** One line for each node of the lab: its own, or else the newest that others have of it. */
function bestClaims(ids: ReadonlyMap<Server, string>, witnesses: readonly Witness[]): NodeLine[] {
  return [...ids.values()].flatMap((id) => {
    const own = witnesses.find((witness) => witness.own.id === id)?.own
    const hearsay = witnesses.flatMap(({ lines }) => lines.filter((line) => line.id === id))
    return own ?? hearsay.sort((a, b) => b.epoch - a.epoch)[0] ?? []
  })
}

/** @throws LabError when a slot has no owner: then the plain way must show what is left */
function ownersOf(claims: readonly NodeLine[]): NodeLine[] {
  const complete = ownersBySlot(claims).filter((owner) => owner !== undefined)
  if (complete.length < slotCount) throw cannot(`${slotCount - complete.length} slots had no owner`)
  return complete
}

/** In the order of their first slots, which for a cluster that nobody changed is the planned one. */
function rangesByOwner(owners: readonly NodeLine[]): Map<string, SlotRange[]> {
  const ranges = new Map<string, SlotRange[]>()
  let first = 0
  for (let slot = 1; slot <= slotCount; slot++) {
    const owner = owners[first] as NodeLine
    if (slot < slotCount && owners[slot] === owner) continue
    ranges.set(owner.id, [...(ranges.get(owner.id) ?? []), [first, slot - 1]])
    first = slot
  }
  return ranges
}

interface Inheritance {
  readonly servers: readonly Server[]
  readonly ids: ReadonlyMap<Server, string>
  readonly witnesses: readonly Witness[]
  readonly heirs: ReadonlyMap<Server, Server>
}

/** The node itself if its data is there; otherwise one of its replicas, which has the keys that it had. */
function heirOf(id: string, { servers, ids, witnesses, heirs }: Inheritance): { server: Server; id: string } {
  const itself = servers.find((server) => ids.get(server) === id)
  const appointed = itself && heirs.get(itself)
  if (appointed) return { server: appointed, id: ids.get(appointed) ?? id }
  const isThere = witnesses.some(({ own }) => own.id === id)
  const replicas = witnesses.filter(({ own }) => own.masterId === id)
  // Of several the one that was written to last: another may have been away for long.
  const [replica] = replicas.sort((a, b) => writtenMs(b.server.dir) - writtenMs(a.server.dir))
  if (!isThere && replica) return { server: replica.server, id: replica.own.id }
  if (!itself) throw cannot('a node that is not of this lab owned slots')
  return { server: itself, id }
}

/** The master it had; for a master that lost its slots while it was away, the one that has most of them now. */
function masterFor(
  id: string,
  claims: readonly NodeLine[],
  masters: ReadonlyMap<string, TargetMaster>,
  owners: readonly NodeLine[],
): TargetMaster {
  const claim = claims.find((line) => line.id === id)
  const named = masters.get(claim?.masterId ?? id)
  if (named && named.id !== id) return named
  const successors = (claim?.slots ?? []).map(([slot]) => masters.get(owners[slot]?.id ?? ''))
  const successor = successors.find((master) => master !== undefined) ?? masters.values().next().value
  if (!successor) throw cannot('there is no master')
  return successor
}

const cannot = (why: string): LabError =>
  new LabError({ code: 'create-failed', message: `the cluster that was kept cannot be had back instantly: ${why}` })

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** When a node's data was last written to; 0 where there is none. */
function writtenMs(dir: string): number {
  const logs = path.join(dir, 'appendonlydir')
  const inside = existsSync(logs) ? readdirSync(logs).map((name) => path.join(logs, name)) : []
  const files = [...inside, ...['appendonly.aof', 'dump.rdb'].map((name) => path.join(dir, name))]
  return Math.max(0, ...files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0))
}
