/** Servers that exist only as folders. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { planTopology, type PlannedNode, type Server } from '../../../../src/cluster/index.js'

const build: Server['build'] = { engine: 'redis', version: '7.0.15', source: '', server: '', cli: '' }

const never = (): never => {
  throw new Error('this server is only a folder')
}

export function foldersFor(nodes: readonly PlannedNode[], dir: string): Server[] {
  return nodes.map(({ name, port }) => {
    const own = path.join(dir, String(port))
    mkdirSync(own, { recursive: true })
    return {
      lab: 'default',
      name,
      port,
      dir: own,
      build,
      state: 'stopped',
      client: never,
      connectTo: never,
      start: never,
      listening: never,
      stop: never,
    }
  })
}

export const planOf = (masters: number, replicas: number): PlannedNode[] =>
  planTopology({ masters, replicas, ports: Array.from({ length: masters * (1 + replicas) }, (_, n) => 7001 + n) })

export const fileOf = (server: Server, name = 'nodes.conf'): string => path.join(server.dir, name)
export const read = (server: Server, name?: string): string => readFileSync(fileOf(server, name), 'utf8')
export const leave = (server: Server, text: string, name?: string): void => writeFileSync(fileOf(server, name), text)

/** Forty of the same digit: an id that is easy to read. */
export const id = (digit: string): string => digit.repeat(40)
