/**
 * (1) The way that comes with Redis: utils/create-cluster of the release, `start` and then `create -f`.
 *
 * When the script returns, its cluster is not ready yet by the measure of redis-lab. So the time ends when the very code that
 * proves a lab ready says `full` about the script's servers. That helps the script: the proof's own write per master shows its
 * replicas to everybody, which would otherwise be hidden until the masters' next ping, up to 10 seconds later.
 */
import { chmodSync, copyFileSync, existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { waitReady } from '../../src/cluster/index.js'
import { identify } from '../../src/util/process-identity.js'
import { plainMember, type PlainMember } from '../place/member.js'
import type { Place } from '../place/place.js'
import { killAll } from '../place/processes.js'
import { run } from '../place/run.js'
import { sourceTarball, unpackPlainly } from '../place/source.js'
import { Skip, type Row } from '../row.js'

const shape = { masters: 3, replicas: 3 }
const nodeCount = shape.masters + shape.replicas
const limitMs = 120_000

export const createCluster: Row = {
  number: 1,
  rounds: 5,
  ways: [
    {
      readings: [{ key: 'script', what: '`create-cluster start`, `create -f`, until `full`', unit: 'ms' }],
      limitMs,
      measure: (place, signal) => place.withPorts(nodeCount, (ports) => measure(place, ports, signal)),
    },
  ],
}

async function measure(place: Place, ports: readonly number[], signal: AbortSignal) {
  const dir = place.folder('create-cluster')
  const script = await ownScript(place, { dir, firstPort: ports[0] ?? 0, signal })
  const call = (...args: string[]) => run(script, args, { cwd: dir, env: place.env, signal })
  const members = ports.map(plainMember)
  try {
    const startedAt = performance.now()
    await call('start')
    await call('create', '-f')
    await waitReady(members, shape, { level: 'full', deadline: Date.now() + limitMs, signal })
    return { script: performance.now() - startedAt }
  } finally {
    await place.tidy(() => endServers(members, dir))
  }
}

/** A copy in the folder, set up by the config.sh that the script itself asks for. */
async function ownScript(
  place: Place,
  { dir, firstPort, signal }: { dir: string; firstPort: number; signal: AbortSignal },
): Promise<string> {
  const { server } = place.build
  const script = path.join(dir, 'create-cluster')
  copyFileSync(await releasedScript(place, signal), script)
  chmodSync(script, 0o755)
  const settings = [
    `BIN_PATH='${path.dirname(server)}'`,
    // It counts up before it starts the first one.
    `PORT=${firstPort - 1}`,
    `NODES=${nodeCount}`,
    'REPLICAS=1',
    // A daemon's pid would otherwise be written to a place that all servers of the machine share.
    "ADDITIONAL_OPTIONS='--pidfile redis.pid'",
  ]
  writeFileSync(path.join(dir, 'config.sh'), settings.join('\n') + '\n')
  return script
}

async function releasedScript(place: Place, signal: AbortSignal): Promise<string> {
  const inRelease = path.join('utils', 'create-cluster', 'create-cluster')
  // Beside bin/ of a build in the cache, and beside src/ of a built tree.
  const beside = path.join(path.dirname(place.build.server), '..', inRelease)
  if (existsSync(beside)) return beside
  const into = place.folder('unpacked')
  const { dir } = await unpackPlainly(place, { tarball: await sourceTarball(place, signal), into, signal })
  const unpacked = path.join(dir, inRelease)
  if (!existsSync(unpacked)) throw new Skip('the release has no utils/create-cluster')
  return unpacked
}

/** By pid, and only those that work in our folder: a port may have got another server in the meantime. */
async function endServers(members: readonly PlainMember[], dir: string): Promise<void> {
  const pids = await Promise.all(
    members.map(async (member) => {
      try {
        const client = await member.client()
        const [, home] = (await client.call('CONFIG', 'GET', 'dir')) as string[]
        const pid = Number(/process_id:(\d+)/.exec(await client.text('INFO', 'server'))?.[1])
        return home === dir ? [pid] : []
      } catch {
        // It does not run; what does not answer either is found by its folder when the place is swept.
        return []
      } finally {
        member.close()
      }
    }),
  )
  await killAll(pids.flat().flatMap((pid) => identify(pid) ?? []))
}
