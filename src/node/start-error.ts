/** Why a server did not come up, in Redis's own words, with the end of its log and the command to repeat. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { LabError } from '../errors.js'
import { nodeFiles } from '../paths.js'
import { commandFor, shellWord } from '../spec/index.js'
import { dataFilesOf } from './data-files.js'
import { logTail } from './folder.js'
import { confSource } from './listen.js'

type Hint = (server: FailedServer) => string

export interface FailedServer {
  readonly lab: string
  readonly name: string
  readonly port: number
  readonly dir: string
  readonly program: string
  /** Where its log ended when it was started: what stands before is of an earlier run. */
  readonly logFromBytes: number
}

const dataHint: Hint = ({ lab, dir }) => {
  const { files, manifest } = dataFilesOf(dir)
  const file = manifest === undefined ? files[0] : path.dirname(manifest)
  const start = commandFor(lab, 'up', '--accept-data-loss')
  const without = file === undefined ? start : `${moveAside(file)} && ${start}`
  return `Its data is damaged. Put a copy of its folder back, or start it without: ${without}`
}
const moveAside = (file: string): string => `mv ${shellWord(file)} ${shellWord(`${file}.damaged`)}`
/** The last line about a module that Redis did not take. Why it did not stands in the line before. */
const moduleRefused = /Can't load module from/
const usersHint = 'Redis refuses a rule of the file that --acl gave: the line has the same number there.'
const confHint = 'Redis refuses a line of its redis.conf: look at what --set gave.'
const hints: readonly (readonly [sign: RegExp, hint: string | Hint])[] = [
  [
    moduleRefused,
    'Look at the module that --module gave, and at its arguments; what it wrote itself stands above the last lines.',
  ],
  [/because of ACL errors/, usersHint],
  [/FATAL CONFIG FILE ERROR|Unresolved Configuration/, confHint],
  [
    /corrupted cluster config file/,
    ({ lab, dir }) =>
      `Its nodes.conf is damaged. Put a copy back, or have it made from what the other nodes know: ${moveAside(nodeFiles.nodes(dir))} && ${commandFor(lab, 'up')}`,
  ],
  // Of what stands before the last part nothing can be cut off.
  [/append only file \S+\.base\./, dataHint],
  [/-check-aof --fix|Bad file format reading the append only file/, repairHint],
  [/reading the append only file|AOF MANIFEST FILE ERROR|Unable to obtain the AOF file/, dataHint],
  [/no space left on device/i, 'The disk is full: make room, or choose another folder with --dir.'],
  [
    /read-only file system|permission denied/i,
    'Its folder cannot be written to: give this user the right to, or choose another folder with --dir.',
  ],
]

/** The builds have no program to repair with, but every server is one when it is called by its name. */
function repairHint({ dir, program }: FailedServer): string {
  const checker = path.basename(program).replace('server', 'check-aof')
  const manifest = path.join(dir, 'appendonlydir', 'appendonly.aof.manifest')
  // Before 7.0 it is one file.
  const file = existsSync(manifest) ? manifest : path.join(dir, 'appendonly.aof')
  return `Its append-only file is damaged. Copy its folder; then this cuts off what cannot be read: bash -c 'exec -a ${checker} "${program}" --fix "${file}"'`
}

function hintFor(server: FailedServer, words: readonly string[]): string | undefined {
  const hint = hints.find(([sign]) => words.some((line) => sign.test(line)))?.[1]
  return typeof hint === 'function' ? hint(server) : hint
}

/** The end of a line that was broken where what it quotes has a line break. */
const restOfQuote = /^"\. #\S+:\d+$/

/** The words that Redis has for a port that somebody else has taken. */
const portLost = /Address already in use|Failed listening on port|Could not create server TCP listening/

/** @returns LabError `port-taken` when its port or bus port is somebody else's, `node-failed` otherwise */
export async function startError(server: FailedServer, exit: string): Promise<LabError> {
  const tail = await logTail(server)
  const taken = tail.some((line) => portLost.test(line))
  const reason =
    tail
      .findLast((line) => /\w{3}/.test(line) && !moduleRefused.test(line) && !restOfQuote.test(line))
      ?.replace(/^\d+:\S+ .*? [#*.-] /, '') ?? exit
  return new LabError({
    code: taken ? 'port-taken' : 'node-failed',
    message: `${server.name} (port ${server.port}) did not start: ${reason}`,
    hint: taken
      ? 'Somebody took the port after it had been found free: choose another --port, or let "--port auto" find free ones.'
      : (hintFor(server, tail) ?? 'The last lines of its log say why.'),
    details: await evidenceOf(server),
  })
}

/** @returns LabError `node-failed`: it was not even spawned */
export function folderError(server: FailedServer, reason: string, cause: unknown): LabError {
  const { name, port, dir } = server
  return new LabError(
    {
      code: 'node-failed',
      message: `${name} (port ${port}) did not start: ${reason}`,
      hint: existsSync(dir)
        ? hintFor(server, [reason])
        : `What it held is lost, unless the folder comes back. ${commandFor(server.lab, 'down')}, then ${commandFor(server.lab, 'up')}, begins it anew.`,
      details: [`folder: ${dir}`],
    },
    { cause },
  )
}

/** @returns LabError `node-failed`: it was not spawned, because its redis.conf cannot be trusted */
export function confError({ lab, name, port, dir }: FailedServer, problems: readonly string[]): LabError {
  const file = nodeFiles.conf(dir)
  const again = `${commandFor(lab, 'down')} && ${commandFor(lab, 'up')}`
  return new LabError({
    code: 'node-failed',
    message: `${name} (port ${port}) was not started: its redis.conf does not say where the lab means it to listen`,
    hint: `Correct the file, or have a new one written: mv ${shellWord(file)} ${shellWord(`${file}.old`)}; ${again}`,
    details: [...problems, `file: ${file}`],
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
  const { args, input } = confSource(dir, process.platform)
  const words = [program, ...args].map(shellWord).join(' ')
  // Only the working folder gives a relative source its meaning.
  const command = args.includes(nodeFiles.conf(dir)) ? words : `cd ${shellWord(dir)} && ${words}`
  const redirection = input === undefined ? '' : ` < ${shellWord(input)}`
  return [...(await logTail(server)), `log: ${nodeFiles.log(dir)}`, `command: ${command}${redirection}`]
}
