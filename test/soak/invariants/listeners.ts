/** Who listens on which port. Others work on this machine too: a port that a stranger has taken since is nobody's leak. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import process from 'node:process'
import { probePort } from '../../../src/node/index.js'

/** Those of `ports` that cannot be bound, in words, but for those of programs that work outside of `dir`. */
export async function heldPorts(ports: Iterable<number>, dir: string): Promise<string[]> {
  const probed = await Promise.all([...ports].map(async (port) => ({ port, problem: await probePort(port) })))
  const taken = probed.filter(({ problem }) => problem !== undefined).map(({ port }) => port)
  return taken.flatMap((port) => {
    const holders = listeners(port)
    if (holders.length > 0 && holders.every((pid) => isStranger(pid, dir))) return []
    return [
      `port ${port} is held by ${holders.length > 0 ? holders.map((pid) => `pid ${pid}`).join(', ') : 'somebody'}`,
    ]
  })
}

function isStranger(pid: number, dir: string): boolean {
  try {
    const cwd =
      process.platform === 'linux' ? readlinkSync(`/proc/${pid}/cwd`) : lsof('-a', '-p', `${pid}`, '-d', 'cwd')
    return !cwd.includes(dir)
  } catch {
    return false
  }
}

function listeners(port: number): number[] {
  if (process.platform !== 'linux') {
    const pids = lsof('-nP', `-iTCP:${port}`, '-sTCP:LISTEN').matchAll(/^p(\d+)$/gm)
    return [...pids].map(([, pid]) => Number(pid))
  }
  const sockets = new Set(['tcp', 'tcp6'].flatMap((table) => inodes(table, port)).map((inode) => `socket:[${inode}]`))
  if (sockets.size === 0) return []
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => namesIn(`/proc/${pid}/fd`).some((fd) => sockets.has(linkOf(`/proc/${pid}/fd/${fd}`))))
    .map(Number)
}

/** Lines of /proc/net/tcp: number, local address:port in hex, remote, state (0A listens), …, and the tenth field is the inode. */
function inodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return readFileSync(`/proc/net/${table}`, 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`) && fields[3] === '0A')
    .flatMap((fields) => fields[9] ?? [])
}

function lsof(...args: readonly string[]): string {
  try {
    return execFileSync('lsof', ['-F', 'pn', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
