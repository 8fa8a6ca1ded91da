/** The library's two ways to a lab. */
import { randomBytes } from 'node:crypto'
import { LabError } from '../errors.js'
import type { Emit, LabEvent, TimedEvent } from '../events.js'
import { loadConfig } from '../config/index.js'
import { placesFrom, type Places } from '../paths.js'
import type { Build } from '../release/index.js'
import { labShape, resolveLab, resolveShape, type LabOptions } from '../spec/index.js'
import { keepEvidence, readLab } from '../supervisor/index.js'
import { leasedLab, sharedLab, type Lab } from './lab.js'
import { Listeners } from './listeners.js'
import { installFor, openLab } from './open.js'
import type { Snapshot } from './snapshot/index.js'
import { supervisedLab } from './supervised.js'

export interface StartLabOptions extends LabOptions {
  /** The config file to use, or false for none; without it the nearest one counts that is found from the current folder up. */
  readonly config?: string | false | undefined
  /** Called with everything that happens: the download and build of a first run, servers, the cluster forming. */
  readonly onEvent?: Emit
  /** Undoes the start, or, later, does nothing. */
  readonly signal?: AbortSignal
}

/**
 * Starts a real cluster for this process: on free ports, in a temporary folder, and gone with its folder when `stop()` is
 * called, the handle is disposed of, or this process ends in whatever way.
 *
 * The options are those of `redis-lab up`. A config file counts for all of them but `name`, `port`, `dir` and `ephemeral`: where
 * a lab of a test is, and what it is called, is nobody else's to say. The first call ever builds a Redis release, which takes about half a minute.
 *
 * @returns the handle, once the level of `wait` (default `full`) is proven
 * @throws LabError
 */
export async function startLab({ onEvent = () => {}, signal, config, ...options }: StartLabOptions = {}): Promise<Lab> {
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
  const file = await loadConfig(config, { env: process.env })
  const opened = await openLab(options, { env: process.env, emit, signal, leased: true, presets, file })
  if (opened.kind === 'started') {
    const { name } = opened.status
    const places = placesFrom(process.env)
    return leasedLab(opened.status, opened.line, { listeners, places, env: process.env, endRest: downOf(places, name) })
  }
  throw new LabError({
    code: 'lab-busy',
    message: `a lab named "${opened.status.name}" is already running, and it is not this process's to take down`,
    hint: 'Leave the name out, or use connectLab() to share the lab that runs.',
  })
}

/**
 * The handle of a lab that is running, whoever started it. Letting go of the handle leaves the lab running; `stop()` takes it
 * down. Where the lab's supervisor was killed, another one adopts its servers first.
 *
 * @param name that of REDIS_LAB_NAME, of the config file, or "default" where it is left out
 * @throws LabError `lab-not-found` when no lab of that name runs
 */
export async function connectLab(name?: string, { config }: Pick<StartLabOptions, 'config'> = {}): Promise<Lab> {
  return connectTo(name ?? (await nameOfLab(config)))
}

async function nameOfLab(config: StartLabOptions['config']): Promise<string> {
  const file = await loadConfig(config, { env: process.env })
  return resolveShape({ name: labShape.name }, {}, process.env, file)['name'] as string
}

async function connectTo(name: string): Promise<Lab> {
  const { run } = await supervisedLab(name, { env: process.env, emit: () => {} })
  return labBehind(run.socket)
}

/**
 * The handle of the lab that answers on this control socket, wherever its record is.
 *
 * @throws LabError `supervisor-failed` when nobody answers
 */
export async function labBehind(socket: string): Promise<Lab> {
  const { askStatus } = await import('./client.js')
  const status = await askStatus(socket)
  // The places are those of now, whatever the environment becomes.
  const places = placesFrom(process.env)
  return sharedLab(status, { places, env: process.env, end: downOf(places, status.name) })
}

/**
 * The build that a lab with these options would use, made now if there is none.
 *
 * @throws LabError as installRelease does
 */
export async function prepareBuild({
  onEvent = () => {},
  signal,
  redis,
  sha256,
  malloc,
  tls,
  config,
}: StartLabOptions = {}): Promise<Build> {
  const file = await loadConfig(config, { env: process.env })
  const { spec } = resolveLab({ redis, sha256, malloc, tls }, process.env, { file })
  return installFor(spec, { env: process.env, emit: onEvent, signal })
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
 * @throws LabError `snapshot-damaged`
 */
export async function findSnapshot(from: string): Promise<Snapshot | undefined> {
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
