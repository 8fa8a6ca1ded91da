/**
 * Where one cycle happens: a private folder with everything that redis-lab may write to, and the commands that are run in it.
 *
 * DESIGN. One folder per cycle, so that whatever is found in it, or works in it, was left by this cycle and no other.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageRoot, placesFrom, type Places } from '../../src/paths.js'
import { Command, lastLines, type Ended } from './command.js'
import { Sightings } from './invariants/sightings.js'
import { Journal } from './journal.js'
import { expectManners } from './manners.js'
import { Tally } from './tally.js'
import { Violation } from './violation.js'
import { bin, type World } from './world.js'

/** What may be left until `redis-lab prune` clears it: the more, the harder it was that something was killed. */
export type Tolerance = 'nothing' | 'dead-locks' | 'orphans'
const tolerances: readonly Tolerance[] = ['nothing', 'dead-locks', 'orphans']

export interface PlaceOptions {
  readonly world: World
  /** A cache of its own, empty, instead of the real one. */
  readonly ownCache: boolean
  /** Ctrl-C: what is random is cut short, what has begun is ended. */
  readonly signal: AbortSignal
}

export class Place {
  readonly dir: string
  readonly env: Readonly<Record<string, string>>
  readonly places: Places
  readonly world: World
  readonly signal: AbortSignal
  readonly ownCache: boolean
  readonly journal = new Journal()
  readonly tally = new Tally()
  readonly sightings: Sightings
  /** A command has failed and said so: then redis-lab may keep its evidence. */
  failed = false
  #tolerance: Tolerance = 'nothing'

  constructor({ world, ownCache, signal }: PlaceOptions) {
    this.world = world
    this.signal = signal
    this.ownCache = ownCache
    this.dir = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'redis-lab-soak-')))
    for (const name of ['home', 'state', 'tmp', 'work']) mkdirSync(path.join(this.dir, name))
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: path.join(this.dir, 'home'),
      TMPDIR: path.join(this.dir, 'tmp'),
      REDIS_LAB_STATE: path.join(this.dir, 'state'),
      REDIS_LAB_CACHE: ownCache ? path.join(this.dir, 'cache') : world.cacheDir,
      ...(world.redis !== undefined && { REDIS_LAB_REDIS: world.redis }),
    }
    this.places = placesFrom(this.env)
    this.sightings = new Sightings({ places: this.places, tmp: path.join(this.dir, 'tmp') })
  }

  get tolerance(): Tolerance {
    return this.#tolerance
  }

  tolerate(what: Tolerance): void {
    if (tolerances.indexOf(what) > tolerances.indexOf(this.#tolerance)) this.#tolerance = what
  }

  /** Starts `redis-lab`. */
  start(...args: readonly string[]): Command {
    return this.#command([bin(), ...args], ['redis-lab', ...args].join(' '))
  }

  /** Starts a small program that uses the library. */
  program(name: string, ...args: readonly string[]): Command {
    const file = path.join(packageRoot(), 'test', 'soak', 'programs', name)
    return this.#command([file, ...args], [name, ...args].join(' '))
  }

  /** Waits for the end of `redis-lab` and looks at its manners. */
  async end(command: Command, how: { hurried?: boolean } = {}): Promise<Ended> {
    const ended = await command.ended
    expectManners(ended, how)
    if (ended.code === 1) this.failed = true
    return ended
  }

  /** Runs `redis-lab` to its end, which must be 0. */
  async run(...args: readonly string[]): Promise<Ended> {
    const ended = await this.end(this.start(...args))
    if (ended.code === 0) return ended
    throw new Violation('failure', `${ended.words} ended with ${ended.code ?? ended.signal}`, lastLines(ended))
  }

  /** The same with --json. */
  async json<Value>(...args: readonly string[]): Promise<Value> {
    const { stdout } = await this.run(...args, '--json')
    return JSON.parse(stdout) as Value
  }

  /** A random moment; the first Ctrl-C ends it. */
  async moment(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.signal }).catch(() => {})
  }

  /** What happened, beside what is left: for whoever looks into a failure. @returns the folder */
  keep(text: string): string {
    writeFileSync(path.join(this.dir, 'soak.log'), `${this.journal.text}\n${text}\n`)
    return this.dir
  }

  delete(): void {
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }

  #command(args: readonly string[], words: string): Command {
    return new Command(args, { words, cwd: path.join(this.dir, 'work'), env: this.env, journal: this.journal })
  }
}
