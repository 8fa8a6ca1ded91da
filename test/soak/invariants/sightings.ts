/**
 * Which labs there were in a place, and on which ports and sockets: afterwards nobody could tell.
 *
 * The folders in which labs appear are watched; a record is read as soon as there is one. A lab that comes and goes between two
 * looks has its name noted all the same.
 */
import { mkdirSync, readdirSync, readFileSync, watch, type FSWatcher } from 'node:fs'
import path from 'node:path'
import { labFiles, labsDir, socketPath, type Places } from '../../../src/paths.js'

const lookMs = 25

export class Sightings {
  /** Names of labs, which also stand in their claims. */
  readonly names = new Set<string>()
  readonly ports = new Set<number>()
  readonly #dirs = new Map<string, 'seen' | 'read'>()
  readonly #places: Places
  readonly #tmp: string
  readonly #watchers: readonly FSWatcher[]
  readonly #timer: NodeJS.Timeout

  constructor({ places, tmp }: { places: Places; tmp: string }) {
    this.#places = places
    this.#tmp = tmp
    const labs = labsDir(places)
    mkdirSync(labs, { recursive: true })
    this.#watchers = [
      watch(labs, (_, name) => this.#enter(labs, name)),
      watch(tmp, (_, name) => this.#enter(tmp, name)),
    ]
    this.#timer = setInterval(() => this.look(), lookMs)
  }

  get sockets(): string[] {
    return [...this.#dirs.keys()].map((dir) => socketPath(this.#places, dir))
  }

  look(): void {
    for (const dir of [labsDir(this.#places), this.#tmp]) for (const name of namesIn(dir)) this.#enter(dir, name)
    for (const [dir, how] of this.#dirs) if (how === 'seen' && this.#read(dir)) this.#dirs.set(dir, 'read')
  }

  close(): void {
    clearInterval(this.#timer)
    for (const watcher of this.#watchers) watcher.close()
  }

  #enter(parent: string, name: string | null): void {
    if (name === null || name === '') return
    const [, locked] = /^\.(.+?)\.lock/.exec(name) ?? []
    if (locked !== undefined) this.names.add(locked)
    const dir = path.join(parent, name)
    if (name.startsWith('.') || this.#dirs.has(dir)) return
    if (parent !== this.#tmp) this.names.add(name)
    this.#dirs.set(dir, 'seen')
  }

  #read(dir: string): boolean {
    try {
      const { nodes } = JSON.parse(readFileSync(labFiles.record(dir), 'utf8')) as {
        nodes: { port: number; busPort: number }[]
      }
      for (const { port, busPort } of nodes) this.ports.add(port).add(busPort)
      return true
    } catch {
      // Not yet, or not any more.
      return false
    }
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
