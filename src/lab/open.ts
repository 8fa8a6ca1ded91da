/**
 * From options to a running lab: what `up` and `startLab` share.
 *
 *     options ─► spec ─► is there such a lab? ─► ports ─► build ─► folder ─► supervisor ─► ready
 *
 * Everything before the folder is a look, or a build that others can use: bad input touches nothing.
 */
import { existsSync } from 'node:fs'
import { planTopology } from '../cluster/index.js'
import { LabError } from '../errors.js'
import type { Emit } from '../events.js'
import { findFreePorts, requireFreePorts } from '../node/index.js'
import { labLock, placesFrom, socketPath, type Places } from '../paths.js'
import { installRelease, type Build } from '../release/index.js'
import { resolveLab, type LabOptions, type LabSpec, type ResolvedSpec } from '../spec/index.js'
import { deleteLab, writeLab, type LabRecord, type LabStatus } from '../supervisor/index.js'
import { withLock, type LockHolder } from '../util/lock.js'
import { differencesTo } from './differences.js'
import { endLab } from './end.js'
import { findLab, type FoundLab } from './find.js'
import { claimFolder } from './folder.js'
import { SupervisorLine } from './line.js'

export interface OpenContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly emit: Emit
  /** Undoes everything that was begun. */
  readonly signal?: AbortSignal | undefined
  /** The lab goes down when this process does. */
  readonly leased: boolean
  /** Other defaults than those of the options themselves. */
  readonly presets?: LabOptions
}

export type Opened =
  | { readonly kind: 'started'; readonly status: LabStatus; readonly line: SupervisorLine }
  | { readonly kind: 'found'; readonly status: LabStatus }

/** @throws LabError whatever went wrong first; what was begun has been undone then */
export async function openLab(options: LabOptions, context: OpenContext): Promise<Opened> {
  const wanted = resolveLab(options, context.env, context.presets)
  const places = placesFrom(context.env)
  const { name } = wanted.spec
  const lock = {
    command: `redis-lab up --name ${name}`,
    signal: context.signal,
    onWait: ({ pid, command }: LockHolder) => context.emit({ type: 'lab-waiting', pid, command }),
  }
  return withLock(labLock(places, name), lock, () => openAlone(wanted, places, context))
}

async function openAlone(wanted: ResolvedSpec, places: Places, context: OpenContext): Promise<Opened> {
  const found = findLab(places, wanted.spec.name)
  const kept = found && (await settle(found, wanted, places))
  if (kept?.kind === 'found') return kept
  // It takes as long to boot as it takes to find out what to tell it.
  const line = new SupervisorLine(context.env, context.emit)
  try {
    const { record, rewriteConf } = kept
      ? { record: await keptRecord(kept.record, wanted, context), rewriteConf: kept.newDirectives }
      : { record: await freshRecord(wanted.spec, places, context), rewriteConf: false }
    context.signal?.throwIfAborted()
    const socket = socketPath(places, record.dir)
    line.order({ record, places, socket, leased: context.leased, resumed: kept !== undefined, rewriteConf })
    return await attend(line, context.signal)
  } catch (error) {
    line.hangUp()
    throw error
  }
}

/**
 * What to do about a lab of that name: use it as it is, resume it, or, where there is nothing worth resuming, begin anew.
 *
 * @throws LabError `lab-differs`
 */
async function settle(
  found: FoundLab,
  wanted: ResolvedSpec,
  places: Places,
): Promise<
  Extract<Opened, { kind: 'found' }> | { kind: 'kept'; record: LabRecord; newDirectives: boolean } | undefined
> {
  const { record } = found
  const differences = differencesTo({ ...record.spec, creator: record.creator ?? record.spec.creator }, wanted)
  if (found.kind === 'running') {
    const { askStatus } = await import('./client.js')
    const status = await askStatus(found.run.socket)
    if (status.state === 'running' || status.state === 'degraded') {
      if (differences.lines.length > 0) throw differs(record.name, differences.lines, 'is running with another spec')
      return { kind: 'found', status }
    }
  }
  // It is on its way out, or was left behind by a supervisor that died.
  if (found.kind !== 'stopped') await endLab(found)
  if (!record.formed) {
    deleteLab(places, record)
    return undefined
  }
  if (!differences.onlyDirectives) throw differs(record.name, differences.lines, 'is kept with another spec')
  return { kind: 'kept', record, newDirectives: differences.lines.length > 0 }
}

async function freshRecord(spec: LabSpec, places: Places, context: OpenContext): Promise<LabRecord> {
  const count = spec.masters * (1 + spec.replicas)
  const { port } = spec
  const given = port === 'auto' ? undefined : Array.from({ length: count }, (_, index) => port + index)
  if (given) await requireFreePorts(given)
  const build = await install(spec, context)
  const ports = given ?? (await findFreePorts(count))
  context.signal?.throwIfAborted()
  const record: LabRecord = {
    format: 1,
    name: spec.name,
    dir: claimFolder(places, spec, ports),
    createdAt: new Date().toISOString(),
    formed: false,
    creator: null,
    spec: { ...spec, set: [...spec.set] },
    build,
    nodes: planTopology({ masters: spec.masters, replicas: spec.replicas, ports }).map((node) => ({
      ...node,
      id: null,
    })),
  }
  writeLab(record)
  return record
}

/** The lab that is kept, with what may be said anew each time. */
async function keptRecord(kept: LabRecord, { spec, given }: ResolvedSpec, context: OpenContext): Promise<LabRecord> {
  await requireFreePorts(kept.nodes.map((node) => node.port))
  const set = given.has('set') ? [...spec.set] : kept.spec.set
  const record = { ...kept, spec: { ...kept.spec, set, wait: spec.wait, timeout: spec.timeout } }
  if (existsSync(kept.build.server) && existsSync(kept.build.cli)) return record
  const build = await install(kept.spec, context)
  if (build.engine === kept.build.engine && build.version === kept.build.version) return { ...record, build }
  throw new LabError({
    code: 'lab-differs',
    message: `the lab "${kept.name}" was made with ${kept.build.engine} ${kept.build.version}, which is no longer built`,
    hint: `Build it again (redis-lab install ${kept.build.version}), or delete the lab and its data: redis-lab down --name ${kept.name} --purge`,
    details: [`built now: ${build.engine} ${build.version}`, `was at: ${kept.build.server}`],
  })
}

function install({ redis, malloc }: Pick<LabSpec, 'redis' | 'malloc'>, context: OpenContext): Promise<Build> {
  const { env, emit, signal } = context
  return installRelease({ redis, malloc }, { cacheDir: placesFrom(env).cache, env, emit, ...(signal && { signal }) })
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

function differs(name: string, lines: readonly string[], how: string): LabError {
  return new LabError({
    code: 'lab-differs',
    message: `the lab "${name}" ${how}`,
    hint: `Choose another --name, or delete this lab and its data first: redis-lab down --name ${name} --purge`,
    details: lines,
  })
}
