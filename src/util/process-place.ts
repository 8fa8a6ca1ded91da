/**
 * Where a pid counts: a pid names a process only within one pid namespace of one boot of one machine.
 *
 * Records of processes (locks, run.json, staging folders) lie in folders that containers and machines may share, so each record
 * carries the place of its writer. Without it, a process that is merely not visible from here would be taken for dead.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import os from 'node:os'
import process from 'node:process'

export interface Place {
  readonly system: string
  /** Changes with every boot. Empty where start times of processes are absolute, so that no two boots share any. */
  readonly boot: string
  /** The inode of the pid namespace; a later namespace may have it again, but no other one that exists at the same time. */
  readonly namespace: string
  /** Stays the same over reboots; '-' where the system has no such id, as in many containers. */
  readonly machine: string
  readonly host: string
}

/** A process as it was recorded. */
export interface RecordedProcess {
  readonly startTime: string
  /** As text; missing in records of earlier versions, which are read as records of this place. */
  readonly place?: string | undefined
}

/**
 * `here`: a pid means the same process here. `earlier-boot`: of this machine, so nothing of it runs any more. `elsewhere`: of
 * another pid namespace or another machine, whose processes cannot be seen from here.
 */
export type Whereabouts = 'here' | 'earlier-boot' | 'elsewhere'

export const placeText = ({ system, namespace, machine, host }: Place): string =>
  [system, namespace, machine, host].join(' ')

/** @param here undefined where this process cannot tell its own place: nothing can be seen then */
export function whereabouts(recorded: RecordedProcess, here: Place | undefined): Whereabouts {
  if (!here) return 'elsewhere'
  const from = recorded.place === undefined ? here : parsePlace(recorded.place)
  if (from?.system !== here.system) return 'elsewhere'
  if (here.boot === bootOf(recorded.startTime)) return from.namespace === here.namespace ? 'here' : 'elsewhere'
  // A machine id may come with the image of a container, and a host name may be chosen twice: only both together say enough.
  return from.machine === here.machine && from.host === here.host ? 'earlier-boot' : 'elsewhere'
}

export const isOfSameBoot = (recorded: RecordedProcess, here: Place): boolean =>
  here.boot !== '' && bootOf(recorded.startTime) === here.boot

/** Why a process of another place cannot be judged, as a clause about it. */
export function whyElsewhere(recorded: RecordedProcess, here: Place): string {
  const from = recorded.place === undefined ? undefined : parsePlace(recorded.place)
  if (!from) return 'it was started in a place that its record does not name'
  const where = isOfSameBoot(recorded, here)
    ? 'in another container or pid namespace of this machine'
    : 'on another machine or container'
  return `it was started ${where} (host name ${from.host})`
}

/** Undefined where /proc is hidden, not mounted, or of another pid namespace: then its pids are not those of this process. */
export function ownPlace(): Place | undefined {
  return (known ??= process.platform === 'linux' ? linuxPlace() : otherPlace())
}
let known: Place | undefined

function linuxPlace(): Place | undefined {
  try {
    if (readlinkSync('/proc/self') !== String(process.pid)) return undefined
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    if (namespace === undefined || boot === '') return undefined
    return { system: 'linux', boot, namespace, machine: machineId(), host: os.hostname() }
  } catch {
    return undefined
  }
}

/** No pid namespaces, and `ps` prints absolute start times. */
const otherPlace = (): Place => ({
  system: process.platform,
  boot: '',
  namespace: '-',
  machine: '-',
  host: os.hostname(),
})

function machineId(): string {
  try {
    const text = readFileSync('/etc/machine-id', 'latin1').trim()
    return /^[0-9a-f]{32}$/.test(text) ? text : '-'
  } catch {
    return '-'
  }
}

/** On Linux a start time is counted from boot, and begins with the id of that boot. */
const bootOf = (startTime: string): string => /^([0-9a-f-]{36}):\d+$/.exec(startTime)?.[1] ?? ''

function parsePlace(text: string): Omit<Place, 'boot'> | undefined {
  const [, system, namespace, machine, host] = /^(\S+) (\S+) (\S+) (.*)$/.exec(text) ?? []
  if (system === undefined || namespace === undefined || machine === undefined || host === undefined) return undefined
  return { system, namespace, machine, host }
}
