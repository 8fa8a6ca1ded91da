/**
 * Ports before anything binds them. A node needs two: its data port, and port + 10000 for the cluster bus.
 *
 * A probe binds on loopback and lets go. It cannot promise that the port is still free a moment later; who loses that race
 * gets the server's own error from its log.
 */
import { randomInt } from 'node:crypto'
import net from 'node:net'
import { LabError } from '../errors.js'
import { busPortOf } from '../spec/index.js'

/** Below what Linux (32768) and macOS (49152) hand to outgoing connections, for the bus ports too, and above the usual 6001. */
const autoRange = { first: 10_000, last: 22_767 }
const autoTries = 200

/** @returns the error code that binding gives (EADDRINUSE, EACCES), or undefined when the port is free. */
export function probePort(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

const bothOf = (port: number): number[] => [port, busPortOf(port)]

/**
 * Checks the data and bus port of every node.
 *
 * @throws LabError `port-taken`, with a line for every port that cannot be had and who holds it where that can be told.
 */
export async function requireFreePorts(ports: readonly number[]): Promise<void> {
  const probed = await Promise.all(
    ports.flatMap(bothOf).map(async (port) => ({ port, problem: await probePort(port) })),
  )
  const taken = probed.filter((probe) => probe.problem !== undefined)
  if (taken.length === 0) return
  const details = await Promise.all(
    taken.map(async ({ port, problem }) => {
      const purpose = ports.includes(port) ? 'data port' : 'cluster bus port'
      return `${port} (${purpose}): ${problem === 'EACCES' ? 'needs more rights than this user has' : await holder(port)}`
    }),
  )
  const [only] = details
  throw new LabError({
    code: 'port-taken',
    message: details.length === 1 ? `port ${only}` : `${details.length} of the ports are not free`,
    hint: 'Choose another --port, let "--port auto" find free ones, or end what holds them.',
    details: details.length === 1 ? [] : details,
  })
}

/** A block of `count` ports in a row, all free with their bus ports at the moment of looking. */
export async function findFreePorts(count: number): Promise<number[]> {
  for (let attempt = 0; attempt < autoTries; attempt++) {
    const first = randomInt(autoRange.first, autoRange.last - count + 1)
    const block = Array.from({ length: count }, (_, index) => first + index)
    const problems = await Promise.all(block.flatMap(bothOf).map(probePort))
    if (problems.every((problem) => problem === undefined)) return block
  }
  throw new LabError({
    code: 'port-taken',
    message: `no ${count} free ports in a row were found between ${autoRange.first} and ${autoRange.last}`,
    hint: 'Take some labs down (redis-lab ls), or choose a --port yourself.',
  })
}

/** Who listens there, in words. Other users' processes stay unknown. */
async function holder(port: number): Promise<string> {
  try {
    const { portToPid } = await import('pid-port')
    const pid = await portToPid(port)
    if (pid === undefined) return 'taken by a process that cannot be told'
    const { runCommand } = await import('../util/command.js')
    const { stdout } = await runCommand('ps', ['-o', 'args=', '-p', String(pid)])
    return `taken by process ${pid} (${stdout.trim().slice(0, 80)})`
  } catch {
    return 'taken by a process that cannot be told'
  }
}
