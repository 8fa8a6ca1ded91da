/**
 * From options to a running lab: what `up` and `startLab` share.
 *
 *     options ─► spec ─► is there such a lab? ─► build ─► ports ─► supervisor ─► folder ─► ready
 *
 * Everything before the supervisor has its order is a look, a claim that ends with it, or a build that others can use: bad
 * input touches nothing.
 */
import path from 'node:path'
import { planTopology } from '../cluster/index.js'
import { LabError } from '../errors.js'
import type { Emit } from '../events.js'
import {
  claimPorts,
  findFreePorts,
  releasePorts,
  requireDirectives,
  requireFreePorts,
  requireModules,
  takePorts,
  type PortClaims,
} from '../node/index.js'
import { labLock, placesFrom, portsDir, snapshotEntry, socketPath, type Places } from '../paths.js'
import { installRelease, noteUse, specifiedRelease, type Build } from '../release/index.js'
import {
  isName,
  resolveLab,
  type LabOptions,
  type LabSpec,
  type ResolvedSpec,
  type Surroundings,
} from '../spec/index.js'
import { buildsOf, deleteLab, serversLeft, type LabRecord, type LabStatus, type Origin } from '../supervisor/index.js'
import { withLock, type LockHolder } from '../util/lock.js'
import { accessFor, authOf, keptAccess, requireAclFile, requireUsersIn, usersFor } from './access.js'
import { differencesTo, type Difference } from './differences.js'
import { endLab } from './end.js'
import { findLab } from './find.js'
import { SupervisorLine } from './line.js'
import { requireKnown, type KnownLab } from './visibility.js'
import { keptRecord, newRecord } from './record.js'
import { installAll, requireMixable } from './releases.js'

export interface OpenContext extends Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly emit: Emit
  /** Undoes everything that was begun. */
  readonly signal?: AbortSignal | undefined
  /** The config file that the caller chose, or false for none: commands that an error prints choose it, too. */
  readonly config?: string | false | undefined
  /** The lab goes down when this process does. */
  readonly leased: boolean
  /** A kept lab starts although data that it held is missing. */
  readonly acceptDataLoss?: boolean
}

export type Opened =
  | { readonly kind: 'started'; readonly status: LabStatus; readonly line: SupervisorLine }
  | { readonly kind: 'found'; readonly status: LabStatus }

/** What there is of the lab, where it is not simply running as it was asked for. */
type Kept = { readonly record: LabRecord; readonly origin: Exclude<Origin, { kind: 'new' }> }

/** A block of ports that is lost to another program in the moment before it is bound makes room for another one so often. */
const mostBlocks = 5

/** @throws LabError whatever went wrong first; what was begun has been undone then */
export async function openLab(options: LabOptions, context: OpenContext): Promise<Opened> {
  const places = placesFrom(context.env)
  const shapeOf = (name: string) => {
    const { formed, nodes, spec } = findLab(places, name)?.record ?? {}
    if (!formed || !spec) return undefined
    return { masters: spec.masters, replicas: spec.replicas, port: nodes?.[0]?.port ?? spec.port }
  }
  const wanted = withPlaceOf(resolveLab(options, context.env, { ...context, shapeOf }), places)
  const { name, modules } = wanted.spec
  requireModules(modules)
  requireAclFile(wanted.spec)
  const lock = {
    command: `redis-lab up --name ${name}`,
    signal: context.signal,
    onWait: ({ pid, command, unjudged }: LockHolder) =>
      context.emit({ type: 'lab-waiting', pid, command, ...(unjudged !== undefined && { unjudged }) }),
  }
  return withLock(labLock(places, name), lock, () => openAlone(wanted, places, context))
}

/** A snapshot is known by its folder, whether it was named or pointed to. */
function withPlaceOf(resolved: ResolvedSpec, places: Places): ResolvedSpec {
  const { spec } = resolved
  if (spec.from === undefined) return resolved
  const from = isName(spec.from) ? snapshotEntry(places, spec.from) : path.resolve(spec.from)
  return { ...resolved, spec: { ...spec, from } }
}

async function openAlone(wanted: ResolvedSpec, places: Places, context: OpenContext): Promise<Opened> {
  const found = findLab(places, wanted.spec.name)
  const kept = found && (await settle(await requireKnown(places, found), wanted, places, context))
  if (kept && 'kind' in kept) return kept
  for (let block = 1; ; block++) {
    try {
      return await launch(kept, wanted, places, context)
    } catch (error) {
      const lost = LabError.from(error)
      const another = !kept && wanted.spec.port === 'auto' && lost.code === 'port-taken' && block < mostBlocks
      if (!another) throw error
      context.emit({ type: 'ports-lost', reason: lost.message })
    }
  }
}

async function launch(
  kept: Kept | undefined,
  wanted: ResolvedSpec,
  places: Places,
  context: OpenContext,
): Promise<Opened> {
  const { name } = wanted.spec
  // It takes as long to boot as it takes to find out what to tell it.
  const line = new SupervisorLine(context.env, context.emit)
  try {
    const claims: PortClaims = { dir: portsDir(places), holder: line.holderFor(name) }
    const { record, origin } = kept
      ? { record: await prepareKept(kept, wanted, claims, context), origin: kept.origin }
      : await prepareNew(wanted, places, claims, context)
    context.signal?.throwIfAborted()
    const access = kept ? keptAccess(record) : accessFor(wanted.spec, record.dir)
    const users = kept ? undefined : usersFor(wanted.spec, access)
    line.order({
      record,
      access,
      ...(users !== undefined && { users }),
      places,
      socket: socketPath(places, record.dir),
      holder: claims.holder,
      leased: context.leased,
      origin: origin.kind === 'kept' ? { ...origin, acceptDataLoss: context.acceptDataLoss === true } : origin,
    })
    return await attend(line, context.signal)
  } catch (error) {
    line.hangUp()
    await clearAfter(error, places, name)
    throw error
  }
}

/**
 * What to do about a lab of that name: use it as it is, adopt what its supervisor left, resume it, or, where there is nothing
 * worth resuming, begin anew.
 *
 * @throws LabError `lab-differs`, and what is wrong with what was asked for; nothing was touched then
 */
async function settle(
  found: KnownLab,
  wanted: ResolvedSpec,
  places: Places,
  context: OpenContext,
): Promise<Extract<Opened, { kind: 'found' }> | Kept | undefined> {
  const { record } = found
  const differences = differencesTo({ record, auth: authOf(record, wanted.spec) }, wanted, context.env)
  await requireApplicable(record, wanted, differences, places, context)
  const differing = differences.length > 0
  const differs = async (isRunning: boolean) => {
    const { labDiffers } = await import('./differs.js')
    return labDiffers(record, wanted, differences, { places, env: context.env, config: context.config, isRunning })
  }
  if (found.kind === 'running') {
    const { askStatus } = await import('./client.js')
    // One that never got so far as to answer is on its way out: whoever began the lab held its lock.
    const status = await askStatus(found.run.socket).catch((error: unknown) => {
      if (found.run.formed) throw error
      return undefined
    })
    if (status && (status.state === 'running' || status.state === 'degraded')) {
      if (differing) throw await differs(true)
      return { kind: 'found', status }
    }
  }
  if (record.formed && !differences.every(({ isChangeable }) => isChangeable)) throw await differs(false)
  // Where nothing runs any more, as after a reboot, there is nothing to adopt, and resuming is quicker than starting each.
  if (found.kind === 'orphaned' && record.formed && found.run.formed && !differing) {
    const { nodes: left } = found.run
    if (serversLeft(record, left).length > 0) return { record, origin: { kind: 'orphaned', left } }
  }
  // It is on its way out, or was left behind in a state in which nobody can go on with it.
  if (found.kind !== 'stopped') await endLab(places, found)
  if (record.formed)
    return {
      record,
      origin: { kind: 'kept', rewriteConf: differences.some(({ key }) => key === 'set' || key === 'modules') },
    }
  deleteLab(places, record)
  return undefined
}

/**
 * Options that no lab could have are reported as that, and not as a difference to this one.
 *
 * @throws LabError `bad-input`, `snapshot-not-found`, `snapshot-damaged`
 */
async function requireApplicable(
  record: LabRecord,
  { spec, given }: ResolvedSpec,
  differences: readonly Difference[],
  places: Places,
  { env }: OpenContext,
): Promise<void> {
  const differs = (key: Difference['key']) => differences.some((one) => one.key === key)
  if (spec.from !== undefined && differs('from')) {
    const { requireManifest } = await import('./snapshot/store.js')
    requireManifest(places, spec.from)
  }
  if (!differs('set')) return
  const modules = given.has('modules') ? spec.modules : record.spec.modules
  const goal = differs('redis') ? specifiedRelease(spec, env) : undefined
  const builds = goal ? [goal] : differs('redis') ? [] : buildsOf(record)
  for (const build of builds) await requireDirectives({ build, set: spec.set, modules })
}

async function prepareNew(
  wanted: ResolvedSpec,
  places: Places,
  claims: PortClaims,
  context: OpenContext,
): Promise<{ record: LabRecord; origin: Origin }> {
  const { from } = wanted.spec
  const beginning =
    from === undefined ? undefined : await (await import('./snapshot/begin.js')).beginFrom(from, wanted, places)
  const spec = beginning?.spec ?? wanted.spec
  const count = spec.masters * (1 + spec.replicas)
  const { port } = spec
  const given = port === 'auto' ? undefined : Array.from({ length: count }, (_, index) => port + index)
  // A first look before a build that may take a minute; what counts is the claim after it.
  if (given) await requireFreePorts(given)
  const { build, own } = await installAll(spec, context.env, (wish) => installFor(wish, context))
  const buildFor = (name: string) => own.get(name) ?? build
  const plan = planTopology({ masters: spec.masters, replicas: spec.replicas, ports: new Array<number>(count).fill(0) })
  requireMixable(plan, buildFor)
  if (beginning) for (const { name } of plan) beginning.requireFit(buildFor(name))
  for (const one of new Set(plan.map(({ name }) => buildFor(name)))) {
    requireUsersIn(one, spec)
    await requireDirectives({ build: one, set: spec.set, modules: spec.modules })
  }
  if (given) await takePorts(given, claims)
  const ports = given ?? (await findFreePorts(count, claims))
  const record = newRecord(places, { spec, build, own, ports })
  return { record, origin: { kind: 'new', ...(beginning && { seed: beginning.seed }) } }
}

async function prepareKept(
  { record: kept, origin }: Kept,
  wanted: ResolvedSpec,
  claims: PortClaims,
  context: OpenContext,
): Promise<LabRecord> {
  const ports = kept.nodes.map((node) => node.port)
  if (origin.kind === 'kept' && !wanted.given.has('modules')) requireModules(kept.spec.modules)
  // Its own servers hold most of them.
  if (origin.kind === 'orphaned') claimPorts(ports, claims)
  else await takePorts(ports, claims)
  try {
    const record = await keptRecord(kept, wanted, (spec) => installFor(spec, context))
    for (const build of buildsOf(record)) noteUse(placesFrom(context.env).cache, build)
    return record
  } catch (error) {
    releasePorts(ports, claims)
    throw error
  }
}

export function installFor(
  { redis, sha256, malloc, tls }: Pick<LabSpec, 'redis' | 'sha256' | 'malloc' | 'tls'>,
  context: Pick<OpenContext, 'env' | 'emit' | 'signal'>,
): Promise<Build> {
  const { env, emit, signal } = context
  return installRelease(
    { redis, sha256, malloc, tls },
    { cacheDir: placesFrom(env).cache, env, emit, ...(signal && { signal }) },
  )
}

/** Waits until the lab is ready; an abort has the supervisor undo what it began. */
async function attend(line: SupervisorLine, signal: AbortSignal | undefined): Promise<Opened> {
  const interrupt = () => void line.stop('interrupted').catch(() => {})
  signal?.addEventListener('abort', interrupt, { once: true })
  try {
    const status = await line.ready
    line.unref()
    return { kind: 'started', status, line }
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', interrupt)
  }
}

/** A supervisor that was killed while its lab began has undone nothing. */
async function clearAfter(error: unknown, places: Places, name: string): Promise<void> {
  if (LabError.from(error).code !== 'supervisor-failed') return
  const left = findLab(places, name)
  if (left?.kind === 'orphaned') await endLab(places, left)
  if (left && left.kind !== 'unknown' && !left.record.formed) deleteLab(places, left.record)
}
