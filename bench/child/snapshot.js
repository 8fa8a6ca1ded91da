/**
 * A process of its own that loads keys as a test's seed does, with a cluster client: `twice`, each time into a new lab, or `once`,
 * and then begins ten labs with a snapshot of that. Prints what each part took as JSON.
 */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { Cluster } from 'ioredis'
import { startLab } from '../../dist/index.js'

const [, , what, atOnce] = process.argv
const keyCount = 100_000
const labCount = 10
const value = 'x'.repeat(100)
const labs = []

async function timed(work) {
  const startedAt = performance.now()
  const result = await work()
  return { result, elapsedMs: performance.now() - startedAt }
}

async function start(options) {
  const lab = await startLab(options)
  const { supervisor } = await lab.status()
  labs.push({ ports: lab.nodes.map((node) => node.port), socket: supervisor.socket, dir: lab.dir })
  return lab
}

async function loaded() {
  const lab = await start()
  const client = new Cluster(lab.rootNodes)
  for (let n = 0; n < keyCount; n += Number(atOnce)) {
    await Promise.all(Array.from({ length: Number(atOnce) }, (_, at) => client.set(`bench:${n + at}`, value)))
  }
  client.disconnect()
  return lab
}

async function count(lab) {
  const client = new Cluster(lab.rootNodes)
  await client.ping()
  const counts = await Promise.all(client.nodes('master').map((node) => node.dbsize()))
  client.disconnect()
  return counts.reduce((sum, one) => sum + one, 0)
}

const parts = {}
if (what === 'twice') {
  parts.all = await timed(async () => {
    for (let turn = 0; turn < 2; turn++) await (await loaded()).stop()
  })
} else {
  let countMs = 0
  parts.all = await timed(async () => {
    const lab = await loaded()
    parts.snapshot = await timed(() => lab.snapshot())
    await lab.stop()
    const seed = parts.snapshot.result
    parts.boots = await timed(async () => {
      for (let turn = 0; turn < labCount; turn++) {
        const copy = await start({ from: seed })
        // The time of a lab that has lost its data would be worth nothing; looking is not part of it.
        const counting = await timed(() => count(copy))
        countMs += counting.elapsedMs
        if (counting.result !== keyCount) throw new Error(`a lab has ${counting.result} of ${keyCount} keys`)
        await copy.stop()
      }
    })
    await seed.remove()
  })
  parts.all.elapsedMs -= countMs
  parts.boots.elapsedMs = (parts.boots.elapsedMs - countMs) / labCount
}

const times = Object.fromEntries(Object.entries(parts).map(([name, { elapsedMs }]) => [name, elapsedMs]))
process.stdout.write(JSON.stringify({ times, labs }))
