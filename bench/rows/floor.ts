/**
 * (4) The floor: what no cluster of six servers can beat. They are spawned at once until each says PONG, and then a tick of
 * Redis's own cluster timer has to pass before any of them connects to another.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { RedisNode } from '../../src/node/index.js'
import { nodeFiles } from '../../src/paths.js'
import type { Place } from '../place/place.js'
import type { Row } from '../row.js'

const nodeCount = 6
const clusterTickMs = 100
const limitMs = 30_000

export const floor: Row = {
  number: 4,
  rounds: 5,
  ways: [
    {
      readings: [{ key: 'floor', what: 'six plain servers until PONG, plus a cluster tick of 100 ms', unit: 'ms' }],
      measure: (place, signal) => place.withPorts(nodeCount, (ports) => measure(place, ports, signal)),
    },
  ],
}

async function measure(place: Place, ports: readonly number[], signal: AbortSignal) {
  const dir = place.folder('floor')
  const servers = ports.map((port) => plainServer(place, { port, dir: path.join(dir, String(port)) }))
  try {
    const startedAt = performance.now()
    for (const server of servers) server.start()
    await Promise.all(servers.map((server) => server.listening({ deadline: Date.now() + limitMs, signal })))
    return { floor: performance.now() - startedAt + clusterTickMs }
  } finally {
    await place.tidy(() => Promise.all(servers.map((server) => server.stop())))
  }
}

/** Nothing but what makes it a cluster's node: everything else is Redis's default. */
function plainServer({ build }: Place, { port, dir }: { port: number; dir: string }): RedisNode {
  mkdirSync(dir)
  writeFileSync(nodeFiles.conf(dir), `port ${port}\ncluster-enabled yes\n`)
  return new RedisNode({ lab: 'bench', name: String(port), port, dir, build, emit: () => {}, onCrash: () => {} })
}
