/**
 * How far a cluster is proven ready, asked of every node.
 *
 *     alive     PONG, and not loading
 *     agreed    every node of the cluster known, no handshake or fail flag, the same owner for each of the 16384 slots everywhere
 *     ok        cluster_state:ok on every node
 *     replicas  each replica's link is up, and every node lists it as available
 *     full      every master accepts a write that its replicas acknowledge
 *
 * DESIGN. A level is one step or a few. A step is a question to a member whose answer is what it still lacks; nobody lacking
 * anything means that the step holds. Steps are climbed in order, and within a step only those that lacked something are asked
 * again, so that waiting for a hundred nodes does not become a hundred times a hundred lines per poll.
 */
import { readyLevels, type ReadyLevel } from '../events.js'
import { commandFor } from '../spec/index.js'
import type { Climb } from './climb.js'
import { canBeAsked, type Member } from './member.js'
import { askForeignOwners } from './foreign.js'
import { addressOf, isAlone, membershipOf, outsidersOf, ownsSlots } from './membership.js'
import { countSlots, isMaster, isMyself, troubleOf, type NodeLine } from './nodes-text.js'
import { probeWrite } from './probe.js'
import { allServed, askWhoServes, slotServiceOf, type SlotService } from './slot-service.js'
import { slotCount } from './topology.js'
import { askAvailableReplicas, askInfo, askNodes } from './view.js'

export interface Step {
  readonly level: ReadyLevel
  readonly ask: (climb: Climb, member: Member) => Promise<string | undefined>
  /** What only all answers together can show. */
  readonly compare?: (climb: Climb) => Lacks
}

/** What a member lacks, in words; a member without an entry lacks nothing. */
type Lacks = Map<Member, string>

export const steps: readonly Step[] = [
  { level: 'alive', ask: alive },
  { level: 'agreed', ask: agreed, compare: disagreements },
  { level: 'ok', ask: ok },
  { level: 'ok', ask: foreignOwnersServe },
  { level: 'replicas', ask: linked },
  { level: 'replicas', ask: stirred },
  { level: 'replicas', ask: listed },
  { level: 'full', ask: probed },
]

export const isAtLeast = (level: ReadyLevel, other: ReadyLevel): boolean =>
  readyLevels.indexOf(level) >= readyLevels.indexOf(other)

export interface StepResult {
  readonly holds: boolean
  /** A line for each member that lacks something. */
  readonly missing: readonly string[]
  /** Whom to ask again. */
  readonly pending: readonly Member[]
}

export async function takeStep(step: Step, climb: Climb, pending: readonly Member[]): Promise<StepResult> {
  const answers = await Promise.all(
    pending.map(async (member) => {
      const lack = await step.ask(climb, member).catch((error: Error) => error.message)
      return [member, lack] as const
    }),
  )
  const lacks: Lacks = new Map(answers.filter((answer): answer is [Member, string] => answer[1] !== undefined))
  if (lacks.size > 0) return { holds: false, missing: inWords(lacks), pending: [...lacks.keys()] }
  const rift = step.compare?.(climb) ?? new Map<Member, string>()
  // Whoever disagrees may be the one that is right: then everybody is asked again.
  return { holds: rift.size === 0, missing: inWords(rift), pending: climb.members }
}

export interface Measured {
  readonly level: ReadyLevel
  /** Why not the next one. */
  readonly reasons: readonly string[]
  readonly slots: SlotService
}

/** The highest level that holds right now. */
export async function measureReady(climb: Climb): Promise<Measured> {
  let level: ReadyLevel = 'none'
  for (const [index, step] of steps.entries()) {
    const { holds, missing } = await takeStep(step, climb, climb.members)
    if (!holds) return lacking(climb, level, missing)
    if (steps[index + 1]?.level !== step.level) level = step.level
  }
  return { level, reasons: [], slots: allServed }
}

async function lacking(climb: Climb, level: ReadyLevel, missing: readonly string[]): Promise<Measured> {
  if (isAtLeast(level, 'ok')) return { level, reasons: missing, slots: allServed }
  const refusals = await askWhoServes(climb)
  // What the others make of it that a node is away.
  const failing = climb.members.filter((member) => refusals.get(member)?.startsWith('cluster_state'))
  const names = failing.map(({ name }) => name).join(', ')
  const consequence = `cluster_state is not "ok" on ${names}: commands are refused there`
  const reasons = level === 'none' && failing.length > 0 ? [...missing, consequence] : missing
  return { level, reasons, slots: slotServiceOf(climb, refusals) }
}

function inWords(lacks: Lacks): string[] {
  return [...lacks].map(([member, lack]) => `${member.name} (port ${member.port}): ${lack}`)
}

async function alive(_: Climb, member: Member): Promise<string | undefined> {
  if (!canBeAsked(member)) return whyAway(member)
  const client = await member.client()
  await client.call('PING')
  return undefined
}

function whyAway({ lab, state, name, exit = 'nobody saw how', folderIsGone }: Member): string {
  const command = (verb: string) => commandFor(lab, verb, name)
  if (state === 'stopped') return `it was stopped on purpose; ${command('start')} starts it`
  if (state === 'paused') return `it is paused; ${command('resume')} lets it run on`
  if (state === 'crashed' && folderIsGone)
    return `it has crashed (${exit}); ${commandFor(lab, 'down')} and ${commandFor(lab, 'up')} begin it anew`
  if (state === 'crashed') return `it has crashed (${exit}); ${command('logs')} shows why`
  return `it is ${state}`
}

async function agreed({ members, shape, views }: Climb, member: Member): Promise<string | undefined> {
  const lines = await askNodes(member)
  views.set(member, lines)
  const lack = shape.mayDiffer ? lackOfAnyCluster(members, lines) : lackOfPlannedCluster(members, lines)
  if (lack !== undefined) return lack
  const owned = lines.reduce((sum, line) => sum + countSlots(line.slots), 0)
  if (owned !== slotCount && !(shape.mayDiffer && isAlone(lines)))
    return `it knows an owner for ${owned} of ${slotCount} slots`
  const masters = lines.filter(isMaster).length
  if (!shape.mayDiffer && masters !== shape.masters) return `it sees ${masters} masters instead of ${shape.masters}`
  return undefined
}

function lackOfPlannedCluster(members: readonly Member[], lines: readonly NodeLine[]): string | undefined {
  const [ours, known] = [new Set(members.map(({ port }) => port)), new Set(lines.map(({ port }) => port))]
  const strange = lines.find((line) => !ours.has(line.port))
  if (strange) return `it knows a node on port ${strange.port} that is not of this lab`
  const unknown = members.filter((other) => !known.has(other.port))
  if (unknown.length > 0) return `it does not know ${unknown.map((other) => other.name).join(', ')}`
  if (lines.length !== members.length) return `it knows ${lines.length} nodes instead of ${members.length}`
  const troubled = lines.find((line) => troubleOf(line) !== undefined)
  return troubled && `it sees ${nameOf(members, troubled)} as "${troubleOf(troubled)}"`
}

/** A node that is not of the lab counts as far as it owns slots. */
function lackOfAnyCluster(members: readonly Member[], lines: readonly NodeLine[]): string | undefined {
  const { own, foreign } = membershipOf(members, lines)
  const troubled = [...own.values(), ...foreign.filter(ownsSlots)].find((line) => troubleOf(line) !== undefined)
  return troubled && `it sees ${nameOf(members, troubled)} as "${troubleOf(troubled)}"`
}

/** Every member against the first: one signature of all owners and masters must be shared by all. */
function disagreements(climb: Climb): Lacks {
  const { members, shape, views, outside } = climb
  outside.clear()
  if (shape.mayDiffer) for (const member of outsidersOf(members, views)) outside.add(member)
  const inside = members.filter((member) => !outside.has(member))
  if (inside.length === 0) return new Map(members.map((member) => [member, 'it is not part of any cluster']))
  const strangers = inside.flatMap((member): [Member, string][] => {
    const known = new Set(views.get(member)?.map(({ port }) => port))
    const unknown = inside.filter((other) => !known.has(other.port))
    return unknown.length > 0 ? [[member, `it does not know ${unknown.map(({ name }) => name).join(', ')}`]] : []
  })
  if (strangers.length > 0) return new Map(strangers)
  const [first] = inside
  const expected = first && signatureOf(climb, first)
  const others = inside.filter((member) => signatureOf(climb, member) !== expected)
  return new Map(others.map((member) => [member, `it disagrees with ${first?.name} about who owns which slots`]))
}

/** Nodes that are not of the lab and own nothing may come and go. */
function signatureOf({ members, views }: Climb, member: Member): string {
  const { own, foreign } = membershipOf(members, views.get(member) ?? [])
  return [...own.values(), ...foreign.filter(ownsSlots)]
    .map((line) => `${line.id} ${line.masterId ?? line.slots.join(' ')}`)
    .sort()
    .join('\n')
}

async function ok({ outside }: Climb, member: Member): Promise<string | undefined> {
  if (outside.has(member)) return undefined
  const info = await askInfo(member, 'CLUSTER', 'INFO')
  const state = info.get('cluster_state')
  return state === 'ok' ? undefined : `cluster_state is "${state}"`
}

/** The nodes of the lab notice a dead owner only after their node timeout: one of them looks for all. */
async function foreignOwnersServe(climb: Climb, member: Member): Promise<string | undefined> {
  if (!climb.shape.mayDiffer || member !== climb.members.find((one) => !climb.outside.has(one))) return undefined
  const [refusal] = (await askForeignOwners(climb)).values()
  return refusal?.reason
}

/** A replica's link to its master is up. */
async function linked({ views }: Climb, member: Member): Promise<string | undefined> {
  const mine = views.get(member)?.find(isMyself)
  if (!mine || isMaster(mine)) return undefined
  const info = await askInfo(member, 'INFO', 'replication')
  const up = info.get('role') === 'slave' && info.get('master_link_status') === 'up'
  return up ? undefined : 'its link to its master is not up'
}

/** One write per master moves its replicas' offsets off 0; until then everybody hides them from clients. */
async function stirred(climb: Climb, member: Member): Promise<string | undefined> {
  return writeProbe(climb, member, { acknowledged: false })
}

/** Every node would send a client's reads to every replica. */
async function listed({ members, views }: Climb, member: Member): Promise<string | undefined> {
  const wanted = (views.get(member) ?? []).filter((line) => !isMaster(line) && troubleOf(line) === undefined)
  if (wanted.length === 0) return undefined
  const available = await askAvailableReplicas(member)
  const hidden = wanted.filter((line) => !available.has(line.id))
  if (hidden.length === 0) return undefined
  return `it does not list ${hidden.map((line) => nameOf(members, line)).join(', ')} as available`
}

async function probed(climb: Climb, member: Member): Promise<string | undefined> {
  return writeProbe(climb, member, { acknowledged: true })
}

async function writeProbe(
  { views }: Climb,
  member: Member,
  { acknowledged }: { acknowledged: boolean },
): Promise<string | undefined> {
  const lines = views.get(member) ?? []
  const mine = lines.find(isMyself)
  const [slots] = mine?.slots ?? []
  if (!mine || !isMaster(mine) || !slots) return undefined
  const replicas = lines.filter((line) => line.masterId === mine.id && troubleOf(line) === undefined).length
  return probeWrite(await member.client(), slots, acknowledged ? replicas : 0)
}

const nameOf = (members: readonly Member[], line: NodeLine): string =>
  members.find((member) => member.port === line.port)?.name ?? `${addressOf(line)}, which is not of this lab,`
