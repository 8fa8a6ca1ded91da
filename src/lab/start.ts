/** The library's two ways to a lab. */
import { randomBytes } from 'node:crypto'
import { LabError } from '../errors.js'
import type { Emit, LabEvent, TimedEvent } from '../events.js'
import { loadConfig } from '../config/index.js'
import { placesFrom } from '../paths.js'
import { labShape, resolveShape, type LabOptions } from '../spec/index.js'
import { leasedLab, sharedLab, type Lab } from './lab.js'
import { Listeners } from './listeners.js'
import { openLab } from './open.js'
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
    return leasedLab(opened.status, opened.line, { listeners, endRest: downOf(name) })
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
  const { askStatus } = await import('./client.js')
  const { run } = await supervisedLab(name, { env: process.env, emit: () => {} })
  return sharedLab(await askStatus(run.socket), downOf(name))
}

/** Loaded when it is needed. The places are those of now, whatever the environment becomes. */
function downOf(name: string): () => Promise<unknown> {
  const places = placesFrom(process.env)
  return async () => {
    const { takeDown } = await import('./take-down.js')
    return takeDown(places, name, { purge: false })
  }
}
