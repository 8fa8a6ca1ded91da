/** Each step of a reset, until it is a fact that every node sees. */
import { unreachable } from '../../../errors.js'
import { until } from '../../../util/until.js'
import { busPortOf } from '../../../spec/index.js'
import { canBeAsked, type Member } from '../../member.js'
import { isMaster, type NodeLine } from '../../nodes-text.js'
import type { TemporaryChanges } from '../../temporary-changes.js'
import { askInfo, askNodes } from '../../view.js'
import { failover } from '../failover.js'
import { expectViews, type Patience, type ViewsOptions } from './facts.js'
import { habitsIn } from '../habits.js'
import { takeOwnership } from './own-slots.js'
import { quarrelsOf } from './quarrels.js'
import type { Present } from './sight.js'
import type { Step } from './step.js'

/** What only the owner of the processes can do to a node. Each resolves when the node answers. */
export interface Wakers {
  start(node: string): Promise<void>
  resume(node: string): Promise<void>
  /** SIGKILL, and started again. */
  revive(node: string): Promise<void>
}

export interface StepContext {
  readonly members: readonly Member[]
  /** By name; of those that could be asked. */
  readonly ids: ReadonlyMap<string, string>
  readonly wakers: Wakers
  readonly patience: Patience
  readonly temporary: TemporaryChanges
}

const host = '127.0.0.1'
const pollMs = 10
/** Without a stand-in it goes more slowly, but it goes. */
const standInMs = 2000

/** @throws LabError `reset-failed`, `failover-failed`, `node-failed`… what did not come about · ReplyError what was refused */
export async function takeStep(step: Step, context: StepContext): Promise<void> {
  switch (step.kind) {
    case 'start':
      return context.wakers.start(step.node)
    case 'resume':
      return context.wakers.resume(step.node)
    case 'revive':
      return context.wakers.revive(step.node)
    case 'stand-in':
      return standIn(step, context)
    case 'settle':
      return expectViews(context.members, 'the nodes agree', quarrelsOf, viewsOptions(context))
    case 'forget':
      return forget(step, context)
    case 'meet':
      return meet(step, context)
    case 'rename':
      return rename(step, context)
    case 'steady':
      return steady(step, context)
    case 'promote':
      return promote(step, context)
    case 'detach':
      return detach(step, context)
    case 'give':
      return give(step, context)
    case 'follow':
      return follow(step, context)
    default:
      return unreachable(step)
  }
}

const viewsOptions = ({ patience, temporary }: StepContext): ViewsOptions => ({ ...patience, config: temporary.config })

type Of<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>

async function standIn({ node }: Of<'stand-in'>, context: StepContext): Promise<void> {
  const deadline = Math.min(context.patience.deadline, Date.now() + standInMs)
  await failover(context.members, memberOf(node, context), {
    ...context.patience,
    deadline,
    mode: 'takeover',
    temporary: context.temporary,
  })
}

async function forget({ id, by }: Of<'forget'>, context: StepContext): Promise<void> {
  await Promise.all(by.map(async (name) => (await memberOf(name, context).client()).call('CLUSTER', 'FORGET', id)))
}

async function meet({ node, others }: Of<'meet'>, context: StepContext): Promise<void> {
  const client = await memberOf(node, context).client()
  const strangers = others.map((name) => memberOf(name, context))
  await Promise.all(strangers.map(({ port }) => client.call('CLUSTER', 'MEET', host, port, busPortOf(port))))
  const knows = ({ name, lines }: Present) => {
    const known = new Set(lines.filter(({ flags }) => !flags.includes('handshake')).map(({ id }) => id))
    const due = name === node ? others : others.includes(name) ? [node] : []
    return due.filter((other) => !known.has(idOf(other, context))).map((other) => `${name} does not know ${other}`)
  }
  await expectViews(context.members, `${node} knows everybody`, (views) => views.flatMap(knows), viewsOptions(context))
}

/** It forgets everybody and begins anew, as a master without slots; the next looks find who has to meet it, and what it was. */
async function rename({ node }: Of<'rename'>, context: StepContext): Promise<void> {
  const member = memberOf(node, context)
  const client = await member.client()
  // A master with keys refuses; a replica empties itself.
  const flushed = client.call('FLUSHALL').catch(() => null)
  await Promise.all([flushed, client.call('CLUSTER', 'RESET', 'HARD')])
}

async function steady({ node, slots }: Of<'steady'>, context: StepContext): Promise<void> {
  const client = await memberOf(node, context).client()
  await Promise.all(slots.map((slot) => client.call('CLUSTER', 'SETSLOT', slot, 'STABLE')))
}

/**
 * Without an election. There is no write left to lose, which an agreed failover is careful about, and an election leaves traces
 * for two node timeouts: a replica that asks again in that time takes the votes of its last election for those of this one, and
 * loses with its old epoch (seen on 7.0.15), and voters refuse a second vote about the same master. A reset would have to wait
 * for the failover of the test before it, and the test after it for the reset.
 */
async function promote({ node, former }: Of<'promote'>, context: StepContext): Promise<void> {
  const { members, patience, temporary } = context
  const target = memberOf(node, context)
  await linkUp(target, patience)
  await failover(members, target, { mode: 'takeover', temporary, ...patience })
  await expectRoles(context, `${node} is a master in the place of ${former}`, [
    { node, masterOf: null },
    { node: former, masterOf: node },
  ])
}

/**
 * Soft: it keeps its id. It forgets everybody, so that the next thing it needs is to meet them; they still know it.
 */
async function detach({ node }: Of<'detach'>, context: StepContext): Promise<void> {
  const client = await memberOf(node, context).client()
  await client.call('CLUSTER', 'RESET', 'SOFT')
}

async function follow({ node, master }: Of<'follow'>, context: StepContext): Promise<void> {
  const member = memberOf(node, context)
  const client = await member.client()
  const id = idOf(master, context)
  // It may have been told of its master a moment ago.
  const knows = async () => (await askNodes(member)).some((line) => line.id === id) || undefined
  await until(knows, { ...context.patience, pollMs })
  await client.call('CLUSTER', 'REPLICATE', id)
  await linkUp(member, context.patience)
  await expectRoles(context, `${node} is a replica of ${master}`, [{ node, masterOf: master }])
}

/**
 * The new owner first and with a higher epoch than anybody's, so that its claim wins wherever news of both meet; then everybody
 * who can be told, unless telling takes longer than the news. A master that has nothing left is not to become somebody's replica
 * for it.
 */
async function give(step: Of<'give'>, context: StepContext): Promise<void> {
  const { to } = step
  const slots = step.slots.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, n) => first + n))
  const owner = memberOf(to, context)
  const id = idOf(to, context)
  const masters = await mastersOf(context)
  // Unknown before 7.0, where nobody changes its role when it is told so.
  const { config } = context.temporary
  const releases = await Promise.all(
    masters.map((member) => config.override([member], 'cluster-allow-replica-migration', 'no').catch(() => undefined)),
  )
  try {
    const setAll = async (member: Member) => {
      const client = await member.client()
      // Keys that came in a moment ago would make it refuse.
      const flushed = client.call('FLUSHALL', 'ASYNC')
      const set = slots.map((slot) => client.call('CLUSTER', 'SETSLOT', slot, 'NODE', id))
      await Promise.all([flushed, ...set])
    }
    const client = await owner.client()
    await client.call('CLUSTER', 'BUMPEPOCH')
    if (habitsIn(await client.text('INFO')).setsSlotsWithReplicas) await takeOwnership(owner, step.slots)
    else {
      await setAll(owner)
      await Promise.all(masters.filter((member) => member !== owner).map(setAll))
    }
    const owns = (lines: readonly NodeLine[]) => {
      const ranges = lines.find((line) => line.id === id)?.slots ?? []
      return step.slots.every(([first, last]) => ranges.some(([from, until]) => from <= first && last <= until))
    }
    const missing = (views: readonly Present[]) =>
      views.flatMap(({ name, lines }) => (owns(lines) ? [] : [`${name} does not see them with ${to}`]))
    await expectViews(context.members, `the slots are with ${to}`, missing, viewsOptions(context))
  } finally {
    for (const release of releases) await release?.()
  }
}

/** Everybody sees these roles. */
async function expectRoles(
  context: StepContext,
  what: string,
  roles: readonly { readonly node: string; readonly masterOf: string | null }[],
): Promise<void> {
  const missing = (views: readonly Present[]) =>
    views.flatMap(({ name, lines }) =>
      roles.flatMap(({ node, masterOf }) => {
        const line = lines.find(({ id }) => id === idOf(node, context))
        const masterId = masterOf === null ? null : idOf(masterOf, context)
        const sees = line !== undefined && isMaster(line) === (masterOf === null) && line.masterId === masterId
        return sees ? [] : [`${name} does not see it of ${node}`]
      }),
    )
  await expectViews(context.members, what, missing, viewsOptions(context))
}

async function linkUp(member: Member, { deadline, signal }: Patience): Promise<void> {
  const up = async () => {
    // It answers little while it loads what its master sent.
    const info = await askInfo(member, 'INFO', 'replication').catch(() => new Map<string, string>())
    return info.get('master_link_status') === 'up' || undefined
  }
  await until(up, { deadline, pollMs, signal })
}

async function mastersOf({ members }: StepContext): Promise<Member[]> {
  const found = await Promise.all(
    members.filter(canBeAsked).map(async (member) => {
      const lines = await askNodes(member)
      return lines.some((line) => line.flags.includes('myself') && isMaster(line)) ? [member] : []
    }),
  )
  return found.flat()
}

function memberOf(name: string, { members }: StepContext): Member {
  const member = members.find((one) => one.name === name)
  if (!member) throw new Error(`no node ${name}`)
  return member
}

function idOf(name: string, { ids }: StepContext): string {
  const id = ids.get(name)
  if (id === undefined) throw new Error(`the id of ${name} is not known`)
  return id
}
