/**
 * Where the bench works: one temporary folder with the state of every lab, and the proof afterwards that nothing is left.
 *
 * DESIGN. Builds are taken from the user's own cache, because what is measured happens on a built release. Everything else is
 * below the folder: labs, temporary files, the script's servers. So whatever belongs to the bench can be found by the folder,
 * also when a measuring fails halfway.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { findFreePorts, probePort } from '../../src/node/index.js'
import { labEntry, packageRoot, placesFrom, socketPath } from '../../src/paths.js'
import type { Build } from '../../src/release/index.js'
import { until } from '../../src/util/until.js'
import { killAll, processesIn } from './processes.js'
import { run, type Ran } from './run.js'

export interface PlaceOptions {
  readonly build: Build
  readonly redis: string | undefined
  readonly tarball: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What would change what is measured, or lead it to the user's own labs. */
const strangeNames = /^(REDIS_LAB_|NODE_|npm_|MAKE|MFLAGS)/

const cleanUpLimitMs = 60_000
const portsFreeAgainMs = 3000

export class Place {
  readonly dir: string
  readonly env: Readonly<Record<string, string>>
  readonly build: Build
  /** The release that was given for unpacking and making, if one was. */
  readonly tarball: string | undefined
  readonly #left: string[] = []
  readonly #sockets = new Set<string>()
  #portCount = 0
  #ended = 0

  constructor({ build, redis, tarball, env }: PlaceOptions) {
    this.build = build
    this.tarball = tarball
    this.dir = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'redis-lab-bench-')))
    for (const name of ['state', 'tmp', 'work']) mkdirSync(path.join(this.dir, name))
    const kept = Object.entries(env).filter(([name, value]) => value !== undefined && !strangeNames.test(name))
    this.env = {
      ...(Object.fromEntries(kept) as Record<string, string>),
      TMPDIR: path.join(this.dir, 'tmp'),
      REDIS_LAB_STATE: path.join(this.dir, 'state'),
      REDIS_LAB_CACHE: placesFrom(env).cache,
      ...(redis !== undefined && { REDIS_LAB_REDIS: redis }),
    }
  }

  /** A new, empty folder; it goes with the place, or earlier. */
  folder(purpose: string): string {
    return mkdtempSync(path.join(this.dir, 'work', `${purpose}-`))
  }

  /** Runs the built command in this place, as a whole process. */
  redisLab(args: readonly string[], { signal, env = {} }: { signal: AbortSignal; env?: Record<string, string> }) {
    const bin = path.join(packageRoot(), 'bin', 'redis-lab.js')
    return this.node([bin, ...args], { signal, env })
  }

  node(
    args: readonly string[],
    { signal, env = {} }: { signal: AbortSignal; env?: Record<string, string> },
  ): Promise<Ran> {
    return run(process.execPath, args, { cwd: this.dir, env: { ...this.env, ...env }, signal })
  }

  /** Lends free ports in a row to `work`, and looks afterwards whether they are free again. */
  async withPorts<Result>(count: number, work: (ports: readonly number[]) => Promise<Result>): Promise<Result> {
    const ports = await findFreePorts(count)
    try {
      return await work(ports)
    } finally {
      await this.expectFree(ports)
    }
  }

  /** Whoever still holds one of them is something that was left behind. */
  async expectFree(ports: readonly number[]): Promise<void> {
    this.#portCount += ports.length
    const taken = async () => {
      const problems = await Promise.all(ports.map(probePort))
      return ports.filter((_, index) => problems[index] !== undefined)
    }
    let last: readonly number[] = []
    const free = async () => ((last = await taken()).length === 0 ? true : undefined)
    // While something failed halfway, its servers may be on their way out.
    if (!(await until(free, { deadline: Date.now() + portsFreeAgainMs, pollMs: 50 }))) {
      this.#left.push(`left behind: something listens on ${last.join(', ')}`)
    }
  }

  /** Control sockets are outside of the folder, because their paths must be short. */
  expectGone(socket: string): void {
    this.#sockets.add(socket)
  }

  expectLabGone(name: string): void {
    const places = placesFrom(this.env)
    this.expectGone(socketPath(places, labEntry(places, name)))
  }

  /** Cleaning up after something may itself go wrong: that is told in the end, and hides nothing else. */
  async tidy(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    try {
      await work(AbortSignal.timeout(cleanUpLimitMs))
    } catch (error) {
      this.#left.push(`cleaning up: ${(error as Error).message}`)
    }
  }

  /** Ends whatever a measuring that failed has left running, labs in the product's own way first. */
  async sweep(): Promise<void> {
    if (this.#labs().length > 0) {
      await this.tidy((signal) => this.redisLab(['down', '--all', '--purge'], { signal }))
    }
    const left = processesIn(this.dir)
    this.#ended += left.length
    await this.tidy(() => killAll(left))
  }

  /** Ends and deletes everything. @returns in words what was left behind by then */
  async close(): Promise<readonly string[]> {
    const endedBefore = this.#ended
    await this.sweep()
    if (this.#ended > endedBefore) this.#left.push(`left behind: ${this.#ended - endedBefore} processes, ended now`)
    this.#left.push(...this.#labs().map((name) => `left behind: the lab ${name}`))
    this.#left.push(...[...this.#sockets].filter((file) => existsSync(file)).map((file) => `left behind: ${file}`))
    const temporary = readdirSync(path.join(this.dir, 'tmp')).map((name) => `left behind: tmp/${name}`)
    this.#left.push(...temporary)
    await this.tidy(async () => rmSync(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))
    if (processesIn(this.dir).length > 0) this.#left.push('left behind: processes that cannot be ended')
    return this.#left
  }

  /** In words, what close() has looked at. */
  checked(): string {
    const counts = `${this.#portCount} ports and ${this.#sockets.size} sockets are free again`
    return `no process works in ${this.dir}, which is deleted; ${counts}`
  }

  #labs(): string[] {
    const labs = path.join(this.dir, 'state', 'labs')
    return existsSync(labs) ? readdirSync(labs).filter((name) => !name.startsWith('.')) : []
  }
}
