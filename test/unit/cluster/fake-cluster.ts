/** Nodes that run nowhere and answer as a healthy cluster does, except where a test tells them otherwise. */
import { planTopology, type Member, type PlannedNode, type Shape } from '../../../src/cluster/index.js'
import type { NodeClient, Reply } from '../../../src/node/index.js'
import { idOf } from '../samples.js'

type Answer = () => Reply

const planned = planTopology({ masters: 3, replicas: 1, ports: [6001, 6002, 6003, 6004, 6005, 6006] })

export class FakeNode implements Member {
  readonly lab = 'default'
  readonly name: string
  readonly port: number
  readonly id: string
  state = 'running'
  /** Every command that was sent to it, in order. */
  readonly asked: string[] = []
  readonly #answers: Map<string, Answer>

  constructor({ name, port }: PlannedNode, id: string, answers: Record<string, Answer>) {
    this.name = name
    this.port = port
    this.id = id
    this.#answers = new Map(Object.entries(answers))
  }

  /** From now on commands that begin so are answered so; what `answer` throws, the call rejects with. */
  answer(command: string, answer: Answer): void {
    this.#answers.set(command, answer)
  }

  askedFor(command: string): string[] {
    return this.asked.filter((asked) => asked.startsWith(command))
  }

  connectTo(): never {
    throw new Error('nothing is foreign here')
  }

  async client(): Promise<NodeClient> {
    const call = async (...words: readonly (string | number)[]): Promise<Reply> => {
      const command = words.join(' ')
      this.asked.push(command)
      const [, answer] = [...this.#answers].find(([beginning]) => command.startsWith(beginning)) ?? []
      if (!answer) throw new Error(`ERR unknown command ${command}`)
      return answer()
    }
    return {
      open: true,
      call,
      text: async (...words: string[]) => String(await call(...words)),
    } as unknown as NodeClient
  }
}

export interface FakeCluster {
  readonly nodes: readonly FakeNode[]
  readonly shape: Shape
  node(name: string): FakeNode
}

/** Three masters, m1 to m3 on 6001 to 6003, and their replicas r1 to r3. */
export function fakeCluster(): FakeCluster {
  const nodes = planned.map(
    (own, index) =>
      new FakeNode(own, idOf(index), {
        PING: () => 'PONG',
        'CLUSTER NODES': () => nodesText(own.name),
        'CLUSTER INFO': () => 'cluster_enabled:1\r\ncluster_state:ok\r\n',
        'INFO replication': () => '# Replication\r\nrole:slave\r\nmaster_link_status:up\r\n',
        'CLUSTER SLOTS': () => slotsReply(),
        'CLUSTER SHARDS': () => shardsReply(),
        SET: () => 'OK',
        WAIT: () => 1,
        DEL: () => 1,
      }),
  )
  return {
    nodes,
    shape: { masters: 3, replicas: 3 },
    node(name) {
      const found = nodes.find((node) => node.name === name)
      if (!found) throw new Error(`no node ${name}`)
      return found
    },
  }
}

const masterIdOf = (node: PlannedNode): string => idOf(planned.findIndex(({ name }) => name === node.masterName))

/** CLUSTER NODES as the node `viewer` would say it. */
export function nodesText(viewer: string): string {
  const lines = planned.map((node, index) => {
    const self = node.name === viewer ? 'myself,' : ''
    const place = `127.0.0.1:${node.port}@${node.busPort}`
    if (node.role === 'replica') return `${idOf(index)} ${place} ${self}slave ${masterIdOf(node)} 0 0 1 connected`
    return `${idOf(index)} ${place} ${self}master - 0 0 ${index + 1} connected ${node.slots?.join('-')}`
  })
  return `${lines.join('\n')}\n`
}

/** CLUSTER SLOTS; the replicas in `hidden` are left out. */
export function slotsReply(hidden: readonly string[] = []): Reply {
  const place = (id: string): Reply => ['127.0.0.1', 6001, id, []]
  return planned.slice(0, 3).map((master, index) => {
    const replicas = [idOf(index + 3)].filter((id) => !hidden.includes(id))
    return [...(master.slots ?? []), place(idOf(index)), ...replicas.map(place)]
  })
}

/** CLUSTER SHARDS; the replicas in `loading` are said to load. */
export function shardsReply(loading: readonly string[] = []): Reply {
  const member = (id: string): Reply => ['id', id, 'port', 6001, 'health', loading.includes(id) ? 'loading' : 'online']
  return [0, 1, 2].map((index) => ['slots', [], 'nodes', [member(idOf(index)), member(idOf(index + 3))]])
}
