/** A process of its own for `startLab()`: measures inside of it, and prints what it found as JSON. */
import { performance } from 'node:perf_hooks'
import process from 'node:process'

const beganAt = performance.now()
const { startLab } = await import('../../dist/index.js')
const importedAt = performance.now()
const lab = await startLab()
const startedAt = performance.now()
const { supervisor } = await lab.status()
const stoppingAt = performance.now()
await lab.stop()
const stoppedAt = performance.now()

process.stdout.write(
  JSON.stringify({
    importMs: importedAt - beganAt,
    startMs: startedAt - importedAt,
    stopMs: stoppedAt - stoppingAt,
    ports: lab.nodes.map((node) => node.port),
    socket: supervisor.socket,
    dir: lab.dir,
  }),
)
