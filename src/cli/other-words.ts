/**
 * Words that people type because another tool has them, and the command that does it here. Above all the words of the
 * create-cluster script of Redis: `create` looks like `reset` and `call` like `kill`, and neither is meant.
 */
import { nearestWord } from '../util/did-you-mean.js'

const starts = 'redis-lab up starts a cluster and returns when it is ready.'
const runs = 'redis-lab cli NODE -- COMMAND runs a command of Redis, as in: redis-lab cli m1 -- cluster nodes'
const ends = 'redis-lab down stops a lab and keeps its data; with --purge it deletes the data too.'
const shows = 'redis-lab status shows the state of a lab and its nodes.'
const logs = 'redis-lab logs NODE -f follows the log of a node, redis-lab logs -f those of all nodes.'

const hints: Readonly<Record<string, string>> = {
  ...sameFor(starts, 'create', 'run', 'launch', 'new', 'init', 'begin', 'boot', 'cluster', 'create-cluster'),
  ...sameFor(runs, 'call', 'exec', 'redis-cli', 'shell', 'connect'),
  ...sameFor(ends, 'clean', 'delete', 'destroy', 'remove', 'rm', 'shutdown', 'quit', 'purge', 'clear', 'flush'),
  ...sameFor(shows, 'watch', 'info', 'nodes', 'show', 'ps', 'check', 'health'),
  ...sameFor(logs, 'tail', 'tailall', 'clean-logs'),
  list: 'redis-lab ls lists the labs of this machine.',
  update: 'redis-lab upgrade --redis RELEASE brings a running lab to another release.',
}

function sameFor(hint: string, ...words: readonly string[]): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, hint]))
}

/** Commands that end or empty something: suggested for a slip of one key, and for nothing that is less alike. */
const drastic: readonly string[] = ['reset', 'kill', 'prune', 'down', 'stop', 'restart', 'failover']

/** What to do instead of a command that does not exist. */
export function otherCommand(word: string, commands: readonly string[]): string | undefined {
  const known = word.toLowerCase()
  if (Object.hasOwn(hints, known)) return hints[known]
  const near = nearestWord(known, commands)
  if (near === undefined || (drastic.includes(near) && !isOneSlip(known, near))) return undefined
  return `Did you mean ${near}?`
}

/** What to do instead of a node command without a node: in create-cluster `start` and `stop` are for the whole cluster. */
export const wholeLab: Readonly<Record<string, string>> = {
  start: `${starts} redis-lab start takes nodes: redis-lab start m1`,
  stop: `redis-lab down stops a lab and keeps its data. redis-lab stop takes nodes: redis-lab stop m1`,
  restart: `redis-lab down && redis-lab up restarts a lab with its data. redis-lab restart takes nodes: redis-lab restart m1`,
}

/** A letter more, less or other, or two that changed places. */
function isOneSlip(typed: string, word: string): boolean {
  const [longer, shorter] = typed.length >= word.length ? [typed, word] : [word, typed]
  const without = (text: string, at: number) => text.slice(0, at) + text.slice(at + 1)
  if (longer.length - shorter.length === 1) return [...longer].some((_, at) => without(longer, at) === shorter)
  if (longer.length !== shorter.length) return false
  const differing = [...longer].flatMap((letter, at) => (letter === shorter[at] ? [] : [at]))
  const [first = 0, second = 0] = differing
  if (differing.length <= 1) return true
  return (
    differing.length === 2 &&
    second === first + 1 &&
    longer[first] === shorter[second] &&
    longer[second] === shorter[first]
  )
}
