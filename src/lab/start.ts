/** The library's two ways to a lab. */
import { randomBytes } from 'node:crypto'
import { LabError } from '../errors.js'
import type { Emit, LabEvent, TimedEvent } from '../events.js'
import { loadConfig } from '../config/index.js'
import { placesFrom, type Places } from '../paths.js'
import type { Build } from '../release/index.js'
import {
  callOptions,
  labShape,
  ownOptions,
  readOptions,
  readText,
  resolveLab,
  resolveShape,
  type LabOptions,
} from '../spec/index.js'
import { keepEvidence, readLab } from '../supervisor/index.js'
import { untilAborted, withAbort } from './abort.js'
import { Lab } from './lab.js'
import { leasedTies, sharedTies } from './lab-ties.js'
import { guarded, Listeners } from './listeners.js'
import { installFor, openLab } from './open.js'
import type { Snapshot } from './snapshot/index.js'
import { supervisedLab } from './supervised.js'

export interface StartLabOptions extends LabOptions {
  /** The config file to use, or false for none; without it the nearest one counts that is found from the current folder up. */
  readonly config?: string | false | undefined
  /**
   * Called with everything that happens: the download and build of a first run, servers, the cluster forming. Called in a
   * microtask of its own; what it throws is a warning of the process, and the start goes on.
   */
  readonly onEvent?: Emit
  /**
   * Starts a lab that was kept (one with a `dir` and a `name`) although data that it held when it went down is missing. Without it
   * that is a LabError `data-missing`.
   */
  readonly acceptDataLoss?: boolean
  /** Undoes the start, which then rejects with the signal's reason; later it does nothing. */
  readonly signal?: AbortSignal
}

export interface ConnectLabOptions {
  /** As that of startLab(). */
  readonly config?: string | false | undefined
  /** Ends the waiting: connectLab() rejects with the signal's reason, and the lab stays as it is. */
  readonly signal?: AbortSignal | undefined
}

const { config, onEvent, signal, toggle: acceptDataLoss } = callOptions

/** The options of a lab apart from those of the call. @throws LabError `bad-input` */
function readStart(call: string, given: unknown) {
  const { config, onEvent, signal, acceptDataLoss, ...options } = ownOptions(call, given)
  const own = readOptions(call, callShape, { config, onEvent, signal, acceptDataLoss })
  const emit: Emit = own.onEvent ? guarded(own.onEvent as Emit, 'onEvent') : () => {}
  return { ...own, emit, options: options as LabOptions }
}
const callShape = { config, onEvent, signal, acceptDataLoss }

/**
 * Starts a real cluster for this process: on free ports, in a temporary folder, and gone with its folder when `stop()` is
 * called, the handle is disposed of, or this process ends in whatever way.
 *
 * The options are those of `redis-lab up`. A config file counts for all of them but `name`, `port`, `dir` and `ephemeral`: where
 * a lab of a test is, and what it is called, is nobody else's to say. The first call ever builds a Redis release, which takes about half a minute.
 *
 * @returns the handle, once the level of `wait` (default `full`) is proven
 * @throws LabError; the reason of `signal` when that was aborted
 */
export async function startLab(given: StartLabOptions = {}): Promise<Lab> {
  const { options, emit: onEvent, signal, config, acceptDataLoss = false } = readStart('startLab()', given)
  const presets = {
    port: 'auto' as const,
    ephemeral: options.dir === undefined,
    name: `test-${randomBytes(6).toString('hex')}`,
  }
  const listeners = new Listeners()
  const emit = (event: LabEvent) => {
    onEvent(event)
    if ('at' in event) listeners.tell(event as TimedEvent)
  }
  const opened = await withAbort(signal, async () => {
    const file = await loadConfig(config, { env: process.env })
    return openLab(options, { env: process.env, emit, signal, leased: true, acceptDataLoss, presets, file, config })
  })
  const { status } = opened
  if (opened.kind === 'started') {
    const places = placesFrom(process.env)
    const rest = { listeners, places, env: process.env, endRest: downOf(places, status.name) }
    return new Lab(status, leasedTies(status, opened.line, rest))
  }
  throw new LabError({
    code: 'lab-busy',
    message: `a lab named "${status.name}" is already running, and it is not this process's to take down`,
    hint: 'Leave the name out, or use connectLab() to share the lab that runs.',
  })
}

/**
 * The handle of a lab that is running, whoever started it. Letting go of the handle leaves the lab running; `stop()` takes it
 * down. Where the lab's supervisor was killed, now or later, another one adopts its servers first.
 *
 * @param name that of REDIS_LAB_NAME, of the config file, or "default" where it is left out
 * @throws LabError `lab-not-found` when no lab of that name runs; the reason of `signal` when that was aborted
 */
export async function connectLab(name?: string, how: ConnectLabOptions = {}): Promise<Lab> {
  const { config, signal } = readOptions('connectLab()', connectShape, how)
  const said = name === undefined ? undefined : readText('connectLab()', 'the name of a lab', name)
  return untilAborted(signal, async () => connectTo(said ?? (await nameOfLab(config)), signal))
}
const connectShape = { config, signal }

async function nameOfLab(config: StartLabOptions['config']): Promise<string> {
  const file = await loadConfig(config, { env: process.env })
  return resolveShape({ name: labShape.name }, {}, process.env, file)['name'] as string
}

async function connectTo(name: string, signal: AbortSignal | undefined): Promise<Lab> {
  const { run } = await supervisedLab(name, { env: process.env, emit: () => {}, signal })
  return handleOf(run.socket, async () => (await supervisedLab(name, { env: process.env, emit: () => {} })).run.socket)
}

/**
 * The handle of the lab that answers on this control socket, wherever its record is.
 *
 * @throws LabError `supervisor-failed` when nobody answers
 */
export const labBehind = (socket: string): Promise<Lab> => handleOf(socket)

async function handleOf(socket: string, revive?: () => Promise<string>): Promise<Lab> {
  const { askStatus } = await import('./client.js')
  const status = await askStatus(socket)
  // The places are those of now, whatever the environment becomes.
  const places = placesFrom(process.env)
  const rest = { places, env: process.env, end: downOf(places, status.name) }
  return new Lab(status, sharedTies(status, { ...rest, ...(revive && { revive }) }))
}

/**
 * The build that a lab with these options would use, made now if there is none.
 *
 * @throws LabError as installRelease does; the reason of `signal` when that was aborted
 */
export async function prepareBuild(given: StartLabOptions = {}): Promise<Build> {
  const { options, emit, signal, config } = readStart('prepareBuild()', given)
  return withAbort(signal, async () => {
    const file = await loadConfig(config, { env: process.env })
    const { spec } = resolveLab(options, process.env, { file })
    return installFor(spec, { env: process.env, emit, signal })
  })
}

/**
 * Copies a lab's folder, as its servers have written it by now, to where it outlives the lab. Only the last ten are kept.
 *
 * @returns that folder
 */
export function keepFolder(dir: string): string | undefined {
  const record = readLab(dir)
  return record && keepEvidence(placesFrom(process.env), record, { data: true })
}

/**
 * The snapshot of that name, or in that folder: one that an earlier run has left, or another process.
 *
 * @returns undefined when there is none
 * @throws LabError `snapshot-damaged`, `bad-input`
 */
export async function findSnapshot(from: string): Promise<Snapshot | undefined> {
  readText('findSnapshot()', 'the name of a snapshot, or the path of its folder', from)
  const { openSnapshot } = await import('./snapshot/store.js')
  return openSnapshot(placesFrom(process.env), from)
}

/** Loaded when it is needed. */
function downOf(places: Places, name: string): () => Promise<unknown> {
  return async () => {
    const { takeDown } = await import('./take-down.js')
    return takeDown(places, name, { purge: false })
  }
}
