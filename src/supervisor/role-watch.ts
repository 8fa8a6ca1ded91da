/**
 * Notices when a node becomes a master or a replica, whoever brought that about: a failover of this lab, one that Redis decided
 * on, a user with redis-cli.
 *
 * Redis writes its nodes.conf when its role changes, and the system reports when a file is written: nobody is asked and nothing
 * is polled, so that a lab in which nothing changes costs nothing. Where the system cannot watch a file, these events are
 * missing and everything else works.
 */
import { watch, type FSWatcher } from 'node:fs'
import { roleOnDisk } from '../cluster/index.js'
import type { Emit } from '../events.js'
import { nodeFiles } from '../paths.js'

interface Watched {
  readonly name: string
  readonly port: number
  readonly dir: string
}

interface Known {
  readonly role: 'master' | 'replica'
  readonly master: string | null
}

export class RoleWatch {
  readonly #nodes: readonly Watched[]
  readonly #emit: Emit
  readonly #known = new Map<Watched, Known>()
  readonly #watchers = new Map<Watched, FSWatcher>()
  readonly #due = new Set<Watched>()
  #open = false

  constructor(nodes: readonly Watched[], emit: Emit) {
    this.#nodes = nodes
    this.#emit = emit
  }

  /** What the nodes are now is where it begins. */
  start(): void {
    this.#open = true
    for (const node of this.#nodes) {
      this.#watch(node)
      const now = this.#read(node)
      if (now) this.#known.set(node, now)
    }
  }

  /** The node may have a new file: it was started again. */
  look(name: string): void {
    const node = this.#nodes.find((one) => one.name === name)
    if (!this.#open || !node) return
    if (!this.#watchers.has(node)) this.#watch(node)
    this.#soon(node)
  }

  close(): void {
    this.#open = false
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #watch(node: Watched): void {
    try {
      const watcher = watch(nodeFiles.nodes(node.dir), { persistent: false }, (event) => {
        // From 7.2 on the file is replaced by another one, which is to be watched from then on.
        if (event === 'rename') {
          this.#unwatch(node)
          if (this.#open) this.#watch(node)
        }
        this.#soon(node)
      })
      watcher.once('error', () => this.#unwatch(node))
      this.#watchers.set(node, watcher)
    } catch {
      // There is no file yet, or the system watches no more of them.
    }
  }

  #unwatch(node: Watched): void {
    this.#watchers.get(node)?.close()
    this.#watchers.delete(node)
  }

  /** Several writes at once are one change. */
  #soon(node: Watched): void {
    if (this.#due.has(node)) return
    this.#due.add(node)
    setImmediate(() => {
      this.#due.delete(node)
      if (this.#open) this.#compare(node)
    })
  }

  #compare(node: Watched): void {
    const now = this.#read(node)
    const before = this.#known.get(node)
    if (!now || (before?.role === now.role && before.master === now.master)) return
    this.#known.set(node, now)
    if (before) this.#emit({ type: 'role-changed', node: node.name, port: node.port, ...now })
  }

  #read({ dir }: Watched): Known | undefined {
    const found = roleOnDisk(dir)
    const master = this.#nodes.find(({ port }) => port === found?.masterPort)
    return found && { role: found.role, master: master?.name ?? null }
  }
}
