/**
 * Ports before anything binds them. A node needs two: its data port, and port + 10000 for the cluster bus.
 *
 * Claims (port-claims.ts) keep labs apart from each other, and a probe, which binds on loopback and lets go, keeps them from
 * what everybody else has taken. It cannot promise that the port is still free a moment later: a program that takes it in
 * between makes the start fail with `port-taken`, and then it depends on who chose the port what happens.
 */
import { randomInt } from 'node:crypto'
import net from 'node:net'
import { LabError } from '../errors.js'
import { bothOf, claimPorts, releasePorts, type PortClaims } from './port-claims.js'

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

/**
 * Claims the data and bus port of every node, and checks that they are free.
 *
 * @throws LabError `port-taken`, with a line for every port that cannot be had and who holds it where that can be told;
 *   nothing is claimed then
 */
export async function takePorts(ports: readonly number[], claims: PortClaims): Promise<void> {
  const other = claimPorts(ports, claims)
  if (other) {
    const { port, holder } = other
    const why = holder.unjudged === undefined ? '' : `: ${holder.unjudged}`
    throw portTaken([`${port} (${purposeOf(port, ports)}): kept for ${holder.command} (process ${holder.pid}${why})`])
  }
  try {
    await requireFreePorts(ports)
  } catch (error) {
    releasePorts(ports, claims)
    throw error
  }
}

/** @throws LabError `port-taken`, with a line for every data or bus port that is not free */
export async function requireFreePorts(ports: readonly number[]): Promise<void> {
  const probed = await Promise.all(
    ports.flatMap(bothOf).map(async (port) => ({ port, problem: await probePort(port) })),
  )
  const taken = probed.filter((probe) => probe.problem !== undefined)
  if (taken.length === 0) return
  const details = await Promise.all(
    taken.map(async ({ port, problem }) => {
      const who = problem === 'EACCES' ? 'needs more rights than this user has' : await holder(port)
      return `${port} (${purposeOf(port, ports)}): ${who}`
    }),
  )
  throw portTaken(details)
}

/** A block of `count` ports in a row, all free with their bus ports at the moment of looking, and claimed from then on. */
export async function findFreePorts(count: number, claims?: PortClaims): Promise<number[]> {
  for (let attempt = 0; attempt < autoTries; attempt++) {
    const first = randomInt(autoRange.first, autoRange.last - count + 2)
    const block = Array.from({ length: count }, (_, index) => first + index)
    if (claims && claimPorts(block, claims)) continue
    const problems = await Promise.all(block.flatMap(bothOf).map(probePort))
    if (problems.every((problem) => problem === undefined)) return block
    if (claims) releasePorts(block, claims)
  }
  throw new LabError({
    code: 'port-taken',
    message: `no ${count} free ports in a row were found between ${autoRange.first} and ${autoRange.last}`,
    hint: 'Take some labs down (redis-lab ls), or choose a --port yourself.',
  })
}

const purposeOf = (port: number, ports: readonly number[]): string =>
  ports.includes(port) ? 'data port' : 'cluster bus port'

function portTaken(details: readonly string[]): LabError {
  const [only] = details
  return new LabError({
    code: 'port-taken',
    message: details.length === 1 ? `port ${only}` : `${details.length} of the ports are not free`,
    hint: 'Choose another --port, let "--port auto" find free ones, or end what holds them.',
    details: details.length === 1 ? [] : details,
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
