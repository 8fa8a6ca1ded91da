/**
 * Which programs work in which folders: how a process is found that nobody has written down.
 *
 * Linux: /proc/PID/cwd and /proc/PID/exe. Elsewhere: one `lsof`. Processes of other users stay unknown either way.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readlinkSync, realpathSync } from 'node:fs'
import process from 'node:process'
import { LabError } from '../errors.js'
import { identify, seesProcesses, type ProcessIdentity } from './process-identity.js'

export interface PlacedProcess {
  readonly process: ProcessIdentity
  /** The folder it works in, as it was asked for. */
  readonly dir: string
  /** The program that it runs, without links. */
  readonly program: string
}

interface Sighting {
  readonly pid: number
  readonly dir: string
  readonly program: string
}

/** Processes with one of `dirs` as their working folder. @throws LabError `storage` when processes cannot be seen */
export function processesIn(dirs: readonly string[]): PlacedProcess[] {
  const wanted = new Map(dirs.map((dir) => [withoutLinks(dir), dir]))
  const seen = sightings()
  if (!seen)
    throw new LabError({ code: 'storage', message: `which processes work in ${dirs[0]} is unknown: ${notSeen}` })
  return seen.flatMap(({ pid, dir, program }) => {
    const place = wanted.get(withoutNote(dir))
    const found = place === undefined ? undefined : identify(pid)
    return found && place !== undefined ? [{ process: found, dir: place, program: withoutNote(program) }] : []
  })
}

/** The programs that run, without links, and which processes run each; undefined when processes cannot be seen. */
export function runningPrograms(): Map<string, number[]> | undefined {
  const seen = sightings()
  if (!seen) return undefined
  const running = new Map<string, number[]>()
  for (const { pid, program } of seen) {
    const name = withoutNote(program)
    running.set(name, [...(running.get(name) ?? []), pid])
  }
  return running
}

/** Why processes cannot be seen. */
export const notSeen =
  process.platform === 'linux'
    ? '/proc does not show the processes of this pid namespace'
    : 'lsof, which lists them, does not answer'

const sightings = (): Sighting[] | undefined => (process.platform === 'linux' ? fromProc() : fromLsof())

function fromProc(): Sighting[] | undefined {
  if (!seesProcesses()) return undefined
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const program = readlinkSync(`/proc/${name}/exe`)
        return [{ pid: Number(name), dir: readlinkSync(`/proc/${name}/cwd`), program }]
      } catch {
        // It has ended, or belongs to somebody else.
        return []
      }
    })
}

/** Lines of one letter and a value: p begins a process, f says what the following n is. */
function fromLsof(): Sighting[] | undefined {
  let text: string
  try {
    text = execFileSync('lsof', ['-w', '-a', '-u', String(process.getuid?.()), '-d', 'cwd,txt', '-F', 'pfn'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    })
  } catch {
    return undefined
  }
  return text
    .split(/^p/m)
    .slice(1)
    .map((part) => {
      const names = [...part.matchAll(/^f(\w+)\nn(.*)$/gm)]
      const nameOf = (kind: string) => names.find(([, found]) => found === kind)?.[2] ?? ''
      return { pid: Number.parseInt(part, 10), dir: nameOf('cwd'), program: nameOf('txt') }
    })
}

/** What Linux adds to the name of a file or folder that was removed. */
const withoutNote = (path: string): string => path.replace(/ \(deleted\)$/, '')

/** The path itself where nothing is there. */
export function withoutLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
