/**
 * Who is about to use which ports: claims that hold among all labs of this user, in whatever process and below whatever
 * REDIS_LAB_STATE, for as long as their lab's supervisor lives.
 *
 * A port that was probed and found free is bound only a moment later, and the port of a node that was stopped is bound by
 * nobody: without a claim another lab would choose it. A claim is a lock file named after the port; those of a dead holder are
 * nobody's, and those of a holder that cannot be judged stay. Other programs know nothing of claims, so ports are probed all the
 * same.
 */
import path from 'node:path'
import { busPortOf } from '../spec/index.js'
import { makePrivateDir } from '../util/files.js'
import { clearDeadLocks, releaseLocks, takeLocks, type LockHolder } from '../util/lock.js'
import type { ProcessIdentity } from '../util/process-identity.js'
import type { Swept } from '../util/swept.js'

export interface PortClaims {
  readonly dir: string
  /** The supervisor, and the name of its lab as `command`. */
  readonly holder: LockHolder
}

/** A supervisor as the holder of its lab's ports. */
export const portHolder = (lab: string, supervisor: ProcessIdentity): LockHolder => ({
  ...supervisor,
  command: `the lab "${lab}"`,
})

/** A data port, and the port of its cluster bus. */
export const bothOf = (port: number): number[] => [port, busPortOf(port)]

/**
 * Claims the data and bus ports of all these nodes, or nothing.
 *
 * @returns undefined, or the first port that is another lab's and who that is
 */
export function claimPorts(
  ports: readonly number[],
  { dir, holder }: PortClaims,
): { port: number; holder: LockHolder } | undefined {
  makePrivateDir(path.dirname(dir))
  makePrivateDir(dir)
  const taken = takeLocks(filesOf(dir, ports), holder)
  return taken && { port: Number(path.basename(taken.file)), holder: taken.holder }
}

export function releasePorts(ports: readonly number[], { dir, holder }: PortClaims): void {
  releaseLocks(filesOf(dir, ports), holder)
}

/** Removes what dead holders have left. */
export const clearDeadClaims = (dir: string): Swept => clearDeadLocks(dir)

const filesOf = (dir: string, ports: readonly number[]): string[] =>
  ports.flatMap(bothOf).map((port) => path.join(dir, String(port)))
