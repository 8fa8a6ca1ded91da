/**
 * Who a process is. A pid alone is reused by strangers; a pid together with its start time and its place is not.
 *
 * Whether a recorded process lives has three answers. `unknown` is not `gone`: what belongs to another pid namespace, or is
 * hidden, is neither signalled nor cleaned up after.
 */
import process from 'node:process'
import { LabError } from '../errors.js'
import { lookAt, type Look, type LookOptions } from './process-look.js'
import { isOfSameBoot, ownPlace, placeText, whereabouts, whyElsewhere, type Place } from './process-place.js'

export interface ProcessIdentity {
  readonly pid: number
  /** Opaque: compare it, do not read it. */
  readonly startTime: string
  /** Where the pid counts; see process-place.ts. Records of earlier versions have none. */
  readonly place?: string
}

export type Fate = 'alive' | 'gone' | 'unknown'

/** Undefined when no such process runs, or cannot be seen. A zombie does not run: it has ended and waits to be collected. */
export function identify(pid: number): ProcessIdentity | undefined {
  const place = ownPlace()
  const look = place && lookAt(pid)
  if (!place || look?.kind !== 'seen' || hasEnded(look)) return undefined
  return { pid, startTime: startTimeOf(look, place), place: placeText(place) }
}

/** @throws LabError `storage` when this process cannot be identified: nothing that it writes could be judged by others */
export function ownIdentity(): ProcessIdentity {
  const own = identify(process.pid)
  if (own) return own
  const linux = process.platform === 'linux'
  throw new LabError({
    code: 'storage',
    message: linux
      ? 'this process cannot be identified, because /proc does not show the processes of its pid namespace'
      : 'this process cannot be identified, because ps does not answer',
    hint: linux ? 'Mount it first: mount -t proc proc /proc' : 'redis-lab needs ps on the PATH.',
  })
}

export const fateOf = (identity: ProcessIdentity): Fate =>
  judge(identity, ownPlace(), (options) => lookAt(identity.pid, options))

/** @param look asked only where the pid means the same process here */
export function judge(recorded: ProcessIdentity, here: Place | undefined, look: (options: LookOptions) => Look): Fate {
  const where = whereabouts(recorded, here)
  if (where === 'elsewhere' || !here) return 'unknown'
  if (where === 'earlier-boot') return 'gone'
  const seen = look({ localTime: recorded.place === undefined })
  if (seen.kind === 'hidden') return 'unknown'
  if (seen.kind === 'none' || hasEnded(seen)) return 'gone'
  return startTimeOf(seen, here) === recorded.startTime ? 'alive' : 'gone'
}

export const isAlive = (identity: ProcessIdentity): boolean => fateOf(identity) === 'alive'
export const isGone = (identity: ProcessIdentity): boolean => fateOf(identity) === 'gone'

/** Whether both processes were started by the same boot of the same kernel, in any namespace. */
export function isOfThisBoot(identity: ProcessIdentity): boolean {
  const here = ownPlace()
  return here !== undefined && isOfSameBoot(identity, here)
}

/** Whether processes can be seen at all. */
export const seesProcesses = (): boolean => ownPlace() !== undefined

export interface Reason {
  readonly kind: 'no-proc' | 'elsewhere' | 'hidden'
  /** A clause about the process. */
  readonly text: string
}

/** Why the fate of a process is unknown. */
export function reasonUnknown(identity: ProcessIdentity): Reason {
  const here = ownPlace()
  if (!here) return { kind: 'no-proc', text: '/proc does not show the processes of this pid namespace' }
  if (whereabouts(identity, here) === 'elsewhere') return { kind: 'elsewhere', text: whyElsewhere(identity, here) }
  return { kind: 'hidden', text: 'it is hidden from this user' }
}

/** It was stopped by SIGSTOP, or by a debugger, and runs on when it gets SIGCONT. */
export function isPaused(identity: ProcessIdentity): boolean {
  if (!isAlive(identity)) return false
  const look = lookAt(identity.pid)
  return look.kind === 'seen' && /^[Tt]/.test(look.state)
}

/** Signals that process and no other; false when it is gone, or cannot be judged. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    return process.kill(identity.pid, signal)
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

type Seen = Extract<Look, { kind: 'seen' }>

const hasEnded = ({ state }: Seen): boolean => /^[ZX]/.test(state)
const startTimeOf = ({ start }: Seen, { boot }: Place): string => (boot === '' ? start : `${boot}:${start}`)
