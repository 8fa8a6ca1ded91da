/**
 * From what there is to what is wanted: the next steps of a reset. Pure.
 *
 * DESIGN. Not one list from the beginning to the end, but the next stage of it: what a node that was dead believes, or what an
 * election leads to, shows only after the stage before. So whoever carries it out looks again after each stage, and is done
 * when nothing is left to do. What a node says of itself counts; what others say of it only tells whether they know.
 *
 *     (stand in) ─► wake ─► forget, rename and meet ─► call off half moves ─► (agree) ─► masters ─► slots ─► replicas
 *
 * The order keeps the cluster serving: a master changes by a failover before slots are counted, slots move while both
 * owners are masters, and replicas look for their master when it is one.
 */
import { isMaster, type NodeLine } from '../../nodes-text.js'
import { slotCount, type PlannedNode, type SlotRange } from '../../topology.js'
import { quarrelsOf } from './quarrels.js'
import type { Present, Sight } from './sight.js'
import type { Step } from './step.js'

type Planned = Pick<PlannedNode, 'name' | 'port' | 'slots' | 'masterName'>

/**
 * @param sights of every planned node
 * @param waited waiting for agreement has been tried, and what is left is to be settled by force
 * @param standIn false where that has failed before
 * @returns steps that may be taken one after the other; none when everything is as planned
 */
export function planReset(
  plan: readonly Planned[],
  sights: readonly Sight[],
  { waited, standIn = true }: { readonly waited: boolean; readonly standIn?: boolean },
): readonly Step[] {
  const standIns = standIn ? standInSteps(plan, sights) : []
  if (standIns.length > 0) return standIns
  const wake = sights.flatMap(wakeStep)
  if (wake.length > 0) return wake
  const busy = sights.flatMap((sight) => (sight.kind === 'busy' ? [`${sight.name}: ${sight.why}`] : []))
  if (busy.length > 0) return [{ kind: 'settle', quarrels: busy }]
  const scene = new Scene(
    plan,
    sights.filter((sight) => sight.kind === 'there'),
  )
  const quarrels = waited ? [] : quarrelsOf(scene.all)
  const stages: readonly (() => Step[])[] = [
    () => forgetSteps(scene),
    () => renameSteps(scene),
    () => meetSteps(scene),
    () => steadySteps(scene),
    () => (quarrels.length > 0 ? [{ kind: 'settle', quarrels }] : []),
    () => masterSteps(scene),
    () => slotSteps(scene),
    () => replicaSteps(scene),
  ]
  for (const stage of stages) {
    const steps = stage()
    if (steps.length > 0) return steps
  }
  return []
}

/** The nodes that are there, by what is asked of them. */
class Scene {
  readonly plan: readonly Planned[]
  readonly all: readonly Present[]
  readonly #byId: ReadonlyMap<string, Present>
  readonly #byName: ReadonlyMap<string, Present>

  constructor(plan: readonly Planned[], all: readonly Present[]) {
    this.plan = plan
    this.all = all
    this.#byId = new Map(all.map((node) => [node.me.id, node]))
    this.#byName = new Map(all.map((node) => [node.name, node]))
  }

  byId(id: string | null): Present | undefined {
    return id === null ? undefined : this.#byId.get(id)
  }

  byName(name: string): Present {
    const node = this.#byName.get(name)
    if (!node) throw new Error(`nobody has looked at ${name}`)
    return node
  }

  get masters(): { readonly node: Present; readonly slots: SlotRange }[] {
    return this.plan.flatMap(({ name, slots }) => (slots ? [{ node: this.byName(name), slots }] : []))
  }

  get replicas(): { readonly node: Present; readonly master: Present }[] {
    return this.plan.flatMap(({ name, masterName }) =>
      masterName === undefined ? [] : [{ node: this.byName(name), master: this.byName(masterName) }],
    )
  }
}

function wakeStep(sight: Sight): Step[] {
  const { name } = sight
  if (sight.kind === 'deaf') return [{ kind: 'revive', node: name, why: sight.why }]
  if (sight.kind !== 'away') return []
  return [sight.state === 'paused' ? { kind: 'resume', node: name } : { kind: 'start', node: name, was: sight.state }]
}

/** For every master without a process that has a replica. */
function standInSteps(plan: readonly Planned[], sights: readonly Sight[]): Step[] {
  const present = sights.filter((sight) => sight.kind === 'there')
  const lines = present[0]?.lines ?? []
  const serving = lines.filter((line) => isMaster(line) && line.slots.length > 0)
  return sights.flatMap((sight): Step[] => {
    if (sight.kind !== 'away' || !['stopped', 'crashed'].includes(sight.state)) return []
    const port = plan.find(({ name }) => name === sight.name)?.port
    const former = serving.find((line) => line.port === port)
    const replica = former && present.find(({ me }) => me.masterId === former.id)
    return replica ? [{ kind: 'stand-in', node: replica.name, former: sight.name }] : []
  })
}

/** A replica cannot forget its master: it does so when it has another. */
function forgetSteps(scene: Scene): Step[] {
  const strangers = new Map<string, string[]>()
  for (const { name, me, lines } of scene.all) {
    for (const line of lines) {
      if (scene.byId(line.id) || line.flags.includes('handshake') || me.masterId === line.id) continue
      strangers.set(line.id, [...(strangers.get(line.id) ?? []), name])
    }
  }
  return [...strangers].map(([id, by]) => ({ kind: 'forget', id, by }))
}

/**
 * Where forgetting spreads, a node that somebody was told to forget is met in vain. One that knows nobody yet, or is only now
 * being met, was not forgotten.
 */
function renameSteps({ all }: Scene): Step[] {
  const knowing = all.filter(({ me, lines }) => lines.some(({ id }) => id !== me.id))
  const knows = acquaintances(all)
  return knowing.flatMap((node): Step[] => {
    const by = knowing.filter(
      (other) =>
        other.habits?.spreadsForgetting === true &&
        !knows(other, node) &&
        !other.lines.some(({ port, flags }) => port === node.me.port && flags.includes('handshake')),
    )
    return by.length > 0 ? [{ kind: 'rename', node: node.name, by: by.map(({ name }) => name) }] : []
  })
}

function acquaintances(all: readonly Present[]): (one: Present, other: Present) => boolean {
  const known = new Map(all.map(({ name, lines }) => [name, new Set(lines.map(({ id }) => id))]))
  return (one, other) => known.get(one.name)?.has(other.me.id) ?? false
}

/** Whoever was told to forget a node does not take it from gossip for a minute. */
function meetSteps({ all }: Scene): Step[] {
  const knows = acquaintances(all)
  return all.flatMap((node, index): Step[] => {
    const strangers = all.filter((other) => !knows(node, other))
    // Where neither knows the other, one of them says hello.
    const others = strangers.filter((other) => knows(other, node) || all.indexOf(other) > index)
    return others.length > 0 ? [{ kind: 'meet', node: node.name, others: others.map(({ name }) => name) }] : []
  })
}

/** A replica refuses to be told so, and what it still notes has no meaning. */
function steadySteps({ all }: Scene): Step[] {
  return all.flatMap(({ name, me }): Step[] => {
    const slots = isMaster(me) ? me.moving.map((text) => Number(/\d+/.exec(text)?.[0])) : []
    return slots.length > 0 ? [{ kind: 'steady', node: name, slots }] : []
  })
}

/**
 * A planned master that is none takes the place of a planned replica that is one, of the one that has its slots first. Where
 * there is no such one to replace, it has to begin anew as a master without slots.
 */
function masterSteps(scene: Scene): Step[] {
  const usurpers = new Set(
    scene.replicas.map(({ node }) => node).filter(({ me }) => isMaster(me) && me.slots.length > 0),
  )
  const steps = scene.masters.flatMap(({ node, slots }): Step[] => {
    if (isMaster(node.me)) return []
    const rank = ({ me }: Present) => 2 * overlap(me.slots, slots) + (me.id === node.me.masterId ? 1 : 0)
    const [usurper] = [...usurpers].sort((a, b) => rank(b) - rank(a))
    const before = scene.byId(node.me.masterId)?.name ?? null
    if (!usurper) return [{ kind: 'detach', node: node.name, former: before }]
    usurpers.delete(usurper)
    if (usurper.me.id === node.me.masterId) return [{ kind: 'promote', node: node.name, former: usurper.name }]
    return [{ kind: 'follow', node: node.name, master: usurper.name, before }]
  })
  // Those that first have to follow do so before any election: the next look finds them ready for theirs.
  const first = steps.filter(({ kind }) => kind === 'follow')
  return first.length > 0 ? first : steps
}

function slotSteps(scene: Scene): Step[] {
  const views = scene.all.filter(({ me }) => isMaster(me))
  if (views.every((view) => scene.masters.every((master) => hasExactly(view.lines, master)))) return []
  const owners = views.map(({ lines }) => ownersIn(lines))
  return scene.masters.flatMap(({ node, slots: [first, last] }): Step[] => {
    const wrong: number[] = []
    const from = new Set<string>()
    for (let slot = first; slot <= last; slot++) {
      const others = owners.map((owner) => owner[slot]).filter((id) => id !== node.me.id)
      if (others.length === 0) continue
      wrong.push(slot)
      for (const id of others) if (id !== undefined) from.add(scene.byId(id)?.name ?? 'a stranger')
    }
    return wrong.length > 0 ? [{ kind: 'give', to: node.name, slots: inRanges(wrong), from: [...from].sort() }] : []
  })
}

function replicaSteps(scene: Scene): Step[] {
  return scene.replicas.flatMap(({ node, master }): Step[] => {
    if (node.me.masterId === master.me.id) return []
    const before = isMaster(node.me) ? null : (scene.byId(node.me.masterId)?.name ?? 'another node')
    return [{ kind: 'follow', node: node.name, master: master.name, before }]
  })
}

function hasExactly(lines: readonly NodeLine[], { node, slots }: { node: Present; slots: SlotRange }): boolean {
  const [range, ...more] = lines.find(({ id }) => id === node.me.id)?.slots ?? []
  return range !== undefined && more.length === 0 && range[0] === slots[0] && range[1] === slots[1]
}

function ownersIn(lines: readonly NodeLine[]): (string | undefined)[] {
  const owners = new Array<string | undefined>(slotCount).fill(undefined)
  for (const { id, slots } of lines) for (const [first, last] of slots) owners.fill(id, first, last + 1)
  return owners
}

function overlap(ranges: readonly SlotRange[], [from, to]: SlotRange): number {
  return ranges.reduce((sum, [first, last]) => sum + Math.max(0, Math.min(last, to) - Math.max(first, from) + 1), 0)
}

/** Of slots in rising order. */
function inRanges(slots: readonly number[]): SlotRange[] {
  const ranges: [number, number][] = []
  for (const slot of slots) {
    const last = ranges.at(-1)
    if (last && last[1] === slot - 1) last[1] = slot
    else ranges.push([slot, slot])
  }
  return ranges
}
