/** Servers that are formed here, without a supervisor: nobody starts a server again but the test. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { inject } from 'vitest'
import {
  formCluster,
  planTopology,
  type CreatorName,
  type FormContext,
  type Formed,
  type PlannedNode,
  type Shape,
  TemporaryChanges,
} from '../../src/cluster/index.js'
import type { Emit, LabEvent } from '../../src/events.js'
import { findFreePorts, openAccess, RedisNode, writeNodeFolder } from '../../src/node/index.js'
import { labFiles, nodeFiles } from '../../src/paths.js'
import type { Build } from '../../src/release/index.js'
import { parseDirective, type Directive } from '../../src/spec/index.js'

export interface GroupOptions {
  /** A folder that is not there yet. */
  readonly dir: string
  readonly masters: number
  readonly replicas: number
  readonly set?: readonly string[]
  /** Of nodes that run another build than that of the tests, by their names. */
  readonly builds?: Readonly<Record<string, Build>>
}

const patienceMs = 60_000

export class Group implements AsyncDisposable {
  readonly dir: string
  readonly nodes: readonly PlannedNode[]
  readonly servers: readonly RedisNode[]
  readonly shape: Shape
  readonly events: LabEvent[] = []
  /** Called with every event as it happens. */
  onEvent: Emit = () => {}
  readonly temporary = new TemporaryChanges()
  readonly #failure = new AbortController()

  private constructor({ dir, masters, replicas, set = [], builds = {} }: GroupOptions, ports: readonly number[]) {
    this.dir = dir
    this.shape = { masters, replicas: masters * replicas }
    this.nodes = planTopology({ masters, replicas, ports })
    this.servers = this.nodes.map(({ name, port }) => {
      const own = labFiles.node(dir, port)
      const build = builds[name] ?? inject('build')
      writeNodeFolder({ lab: 'group', name, port, dir: own, build, set: set.map(read) }, { rewrite: false })
      const emit = (event: LabEvent) => this.#note(event)
      // As the supervisor does: a server that ends while the cluster forms ends the forming.
      const onCrash = (node: RedisNode) => void node.startError('it exited').then((error) => this.#failure.abort(error))
      return new RedisNode({ lab: 'group', name, port, dir: own, build, emit, onCrash })
    })
  }

  static async plan(options: GroupOptions): Promise<Group> {
    return new Group(options, await findFreePorts(options.masters * (1 + options.replicas)))
  }

  /** `change` is what a test wants otherwise. */
  form(creator?: CreatorName, change: Partial<FormContext> = {}): Promise<Formed> {
    const { nodes, servers, shape } = this
    const context: Omit<FormContext, 'hasFallback' | 'onFormed'> = {
      build: this.server('m1').build,
      access: openAccess,
      nodes,
      servers,
      shape,
      kept: false,
      level: 'full',
      logFile: labFiles.createLog(this.dir),
      deadline: Date.now() + patienceMs,
      signal: this.#failure.signal,
      emit: (event) => this.#note(event),
      temporary: this.temporary,
      ...change,
    }
    return formCluster(context, creator)
  }

  #note(event: LabEvent): void {
    this.events.push(event)
    this.onEvent(event)
  }

  server(name: string): RedisNode {
    const found = this.servers.find((server) => server.name === name)
    if (!found) throw new Error(`no server ${name}`)
    return found
  }

  pid(name: string): number {
    const { identity } = this.server(name)
    if (!identity) throw new Error(`${name} does not run`)
    return identity.pid
  }

  kill(name: string): void {
    process.kill(this.pid(name), 'SIGKILL')
  }

  fallbacks(): string[] {
    return this.events.flatMap((event) => (event.type === 'create-fallback' ? event.reason : []))
  }

  confs(): string[] {
    return this.servers.map(({ dir }) => readFileSync(nodeFiles.conf(dir), 'utf8'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.temporary.close()
    await Promise.all(this.servers.map((server) => server.kill().catch(() => {})))
  }
}

/** The build under test, said to be something else. */
export const buildAs = (change: Partial<Build>): Build => ({ ...inject('build'), ...change })

/** New folders below one that a scratch looks after. */
export function folders(parent: () => string): () => string {
  let made = 0
  return () => path.join(parent(), `group-${++made}`)
}

function read(text: string): Directive {
  const directive = parseDirective(text)
  if (typeof directive === 'string') throw new Error(directive)
  return directive
}

/** Servers that nobody starts: what the reading of kept files needs of them. */
export const serversIn = (
  nodes: readonly { readonly name: string; readonly port: number; readonly dir: string }[],
): RedisNode[] =>
  nodes.map(
    ({ name, port, dir }) =>
      new RedisNode({ lab: 'group', name, port, dir, build: inject('build'), emit: () => {}, onCrash: () => {} }),
  )
