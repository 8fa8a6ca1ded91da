/** Why a server did not come up, in Redis's own words, with the end of its log and the command to repeat. */
import { LabError } from '../errors.js'
import { nodeFiles } from '../paths.js'
import { logTail } from './folder.js'

export interface FailedServer {
  readonly name: string
  readonly port: number
  readonly dir: string
  readonly program: string
  /** Where its log ended when it was started: what stands before is of an earlier run. */
  readonly logFromBytes: number
}

const confHint = 'Redis refuses a line of its redis.conf: look at what --set gave.'
const hints: readonly (readonly [sign: RegExp, hint: string])[] = [
  [/FATAL CONFIG FILE ERROR|Unresolved Configuration/, confHint],
  [
    /corrupted cluster config file/,
    'Its nodes.conf is damaged. Put a copy back, or delete the lab: redis-lab down --purge',
  ],
  [
    /check-aof|Bad file format reading the append only file/,
    'Its append-only file is damaged. redis-server is redis-check-aof when it is called by that name: copy the folder, then use --fix.',
  ],
  [/No space left on device/, 'The disk is full: make room, or choose another folder with --dir.'],
]

/** The words that Redis has for a port that somebody else has taken. */
const portLost = /Address already in use|Failed listening on port|Could not create server TCP listening/

/** @returns LabError `port-taken` when its port or bus port is somebody else's, `node-failed` otherwise */
export async function startError(server: FailedServer, exit: string): Promise<LabError> {
  const tail = await logTail(server)
  const taken = tail.some((line) => portLost.test(line))
  const reason = tail.findLast((line) => /\w{3}/.test(line))?.replace(/^\d+:\S+ .*? [#*.-] /, '') ?? exit
  return new LabError({
    code: taken ? 'port-taken' : 'node-failed',
    message: `${server.name} (port ${server.port}) did not start: ${reason}`,
    hint: taken
      ? 'Somebody took the port after it had been found free: choose another --port, or let "--port auto" find free ones.'
      : (hints.find(([sign]) => tail.some((line) => sign.test(line)))?.[1] ?? 'The last lines of its log say why.'),
    details: await evidenceOf(server),
  })
}

/** @returns LabError `not-ready` */
export async function notListening(server: FailedServer, last: string): Promise<LabError> {
  return new LabError({
    code: 'not-ready',
    message: `${server.name} (port ${server.port}) is not ready: ${last}`,
    details: await evidenceOf(server),
  })
}

async function evidenceOf(server: FailedServer): Promise<string[]> {
  const { dir, program } = server
  return [...(await logTail(server)), `log: ${nodeFiles.log(dir)}`, `command: ${program} ${nodeFiles.conf(dir)}`]
}
