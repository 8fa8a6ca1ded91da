/**
 * How far a cluster is proven ready, asked of every node.
 *
 *     alive     it answers, and is not loading: any answer that shows a process that serves counts
 *     agreed    exactly the planned nodes, no handshake or fail flag, the same owner for each of the 16384 slots everywhere
 *     ok        cluster_state:ok on every node
 *     replicas  each replica's link is up, and every node lists it as available
 *     full      every master accepts a write that its replicas acknowledge
 *
 * DESIGN. A level is one step or a few. A step is a question to a member whose answer is what it still lacks; nobody lacking
 * anything means that the step holds. Steps are climbed in order, and within a step only those that lacked something are asked
 * again, so that waiting for a hundred nodes does not become a hundred times a hundred lines per poll.
 */
import { readyLevels, type ReadyLevel } from '../events.js'
import { isServingAnswer } from '../node/index.js'
import { commandFor } from '../spec/index.js'
import { canBeAsked, type Member, type Shape } from './member.js'
import { countSlots, isMaster, isMyself, troubleOf, type NodeLine } from './nodes-text.js'
import { probeWrite } from './probe.js'
import { slotCount } from './topology.js'
import { askAvailableReplicas, askInfo, askNodes } from './view.js'

export interface Climb {
  readonly members: readonly Member[]
  readonly shape: Shape
  /** Every member's view of the cluster, as of when it was last asked to agree. */
  readonly views: Map<Member, readonly NodeLine[]>
}

export const startClimb = (members: readonly Member[], shape: Shape): Climb => ({ members, shape, views: new Map() })

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
  readonly lacks: ReadonlyMap<Member, string>
}

export async function takeStep(step: Step, climb: Climb, pending: readonly Member[]): Promise<StepResult> {
  const answers = await Promise.all(
    pending.map(async (member) => {
      const lack = await step.ask(climb, member).catch((error: Error) => error.message)
      return [member, lack] as const
    }),
  )
  const lacks: Lacks = new Map(answers.filter((answer): answer is [Member, string] => answer[1] !== undefined))
  if (lacks.size > 0) return { holds: false, missing: inWords(lacks), pending: [...lacks.keys()], lacks }
  const rift = step.compare?.(climb) ?? new Map<Member, string>()
  // Whoever disagrees may be the one that is right: then everybody is asked again.
  return { holds: rift.size === 0, missing: inWords(rift), pending: climb.members, lacks: rift }
}

/** The highest level that holds right now, and why not the next one. */
export async function measureReady(climb: Climb): Promise<{ level: ReadyLevel; reasons: readonly string[] }> {
  let level: ReadyLevel = 'none'
  for (const [index, step] of steps.entries()) {
    const { holds, missing } = await takeStep(step, climb, climb.members)
    if (!holds) return { level, reasons: level === 'none' ? [...missing, ...(await consequences(climb))] : missing }
    if (steps[index + 1]?.level !== step.level) level = step.level
  }
  return { level, reasons: [] }
}

/** What the others make of it that a member is away; their views are as of now then. */
async function consequences(climb: Climb): Promise<string[]> {
  const others = climb.members.filter(canBeAsked)
  const lacks = await Promise.all(
    others.map(async (member) => {
      climb.views.set(member, await askNodes(member))
      return (await ok(climb, member)) === undefined ? [] : [member.name]
    }),
  ).catch(() => [])
  const failing = lacks.flat()
  return failing.length === 0 ? [] : [`cluster_state is not "ok" on ${failing.join(', ')}: commands are refused there`]
}

function inWords(lacks: Lacks): string[] {
  return [...lacks].map(([member, lack]) => `${member.name} (port ${member.port}): ${lack}`)
}

async function alive(_: Climb, member: Member): Promise<string | undefined> {
  if (!canBeAsked(member)) return whyAway(member)
  try {
    const client = await member.client()
    await client.call('PING')
  } catch (error) {
    if (!isServingAnswer(error)) throw error
  }
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
  const [ours, known] = [new Set(members.map(({ port }) => port)), new Set(lines.map(({ port }) => port))]
  const strange = lines.find((line) => !ours.has(line.port))
  if (strange) return `it knows a node on port ${strange.port} that is not of this lab`
  const unknown = members.filter((other) => !known.has(other.port))
  if (unknown.length > 0) return `it does not know ${unknown.map((other) => other.name).join(', ')}`
  if (lines.length !== members.length) return `it knows ${lines.length} nodes instead of ${members.length}`
  const troubled = lines.find((line) => troubleOf(line) !== undefined)
  if (troubled) return `it sees ${nameOf(members, troubled)} as "${troubleOf(troubled)}"`
  const owned = lines.reduce((sum, line) => sum + countSlots(line.slots), 0)
  if (owned !== slotCount) return `it knows an owner for ${owned} of ${slotCount} slots`
  const masters = lines.filter(isMaster).length
  if (masters !== shape.masters) return `it sees ${masters} masters instead of ${shape.masters}`
  return undefined
}

/** Every member against the first: one signature of all owners and masters must be shared by all. */
function disagreements({ members, views }: Climb): Lacks {
  const signature = (member: Member | undefined) => {
    const lines = (member && views.get(member)) ?? []
    return lines
      .map((line) => `${line.id} ${line.masterId ?? line.slots.join(' ')}`)
      .sort()
      .join('\n')
  }
  const [first] = members
  const expected = signature(first)
  const others = members.filter((member) => signature(member) !== expected)
  return new Map(others.map((member) => [member, `it disagrees with ${first?.name} about who owns which slots`]))
}

async function ok(_: Climb, member: Member): Promise<string | undefined> {
  const info = await askInfo(member, 'CLUSTER', 'INFO')
  const state = info.get('cluster_state')
  return state === 'ok' ? undefined : `cluster_state is "${state}"`
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
  const wanted = (views.get(member) ?? []).filter((line) => !isMaster(line))
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
  const replicas = lines.filter((line) => line.masterId === mine.id).length
  return probeWrite(await member.client(), slots, acknowledged ? replicas : 0)
}

const nameOf = (members: readonly Member[], line: NodeLine): string =>
  members.find((member) => member.port === line.port)?.name ?? `port ${line.port}`
