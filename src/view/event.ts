/** One event as one line; undefined for those that only move a bar. */
import { unreachable } from '../errors.js'
import type { ExitCause, FailoverMode, LabEvent, LabOrigin, StartCause } from '../events.js'

const startCauses: Readonly<Record<StartCause, string>> = {
  up: '',
  start: ', redis-lab start',
  restart: ', redis-lab restart',
  upgrade: ', with its new release',
  crash: ', after a crash',
}

const exitCauses: Readonly<Record<ExitCause, string>> = {
  down: '',
  stop: ', redis-lab stop',
  restart: ', redis-lab restart',
  upgrade: ', to be upgraded',
  kill: ', redis-lab kill',
  'start-over': ', to form the cluster in another way',
  crash: ', which nobody asked for',
}

const failoverModes: Readonly<Record<FailoverMode, string>> = {
  agreed: 'by agreement',
  force: 'by force',
  takeover: 'by takeover',
}

const beginnings: Readonly<Record<LabOrigin, string>> = {
  new: 'starting',
  kept: 'resuming',
  orphaned: 'taking over',
}

export function eventLine(event: LabEvent): string | undefined {
  switch (event.type) {
    case 'release-fallback':
      return `${event.reason}; trying ${event.to} instead of ${event.from}`
    case 'download-started':
      return `downloading ${event.url}`
    case 'download-progress':
      return undefined
    case 'download-retry':
      return `the download broke (${event.reason}); attempt ${event.attempt} in ${seconds(event.delayMs)}`
    case 'download-done':
      return `downloaded ${bytes(event.sizeBytes)}, sha256 ${event.sha256.slice(0, 12)}… as it should be`
    case 'unpack-started':
      return `unpacking ${event.archive}`
    case 'lab-waiting':
    case 'build-waiting':
      return `waiting for process ${event.pid} (${event.command})${event.unjudged === undefined ? '' : `: ${event.unjudged}`}`
    case 'build-started':
      return `making ${event.what} (make -j${event.jobs})`
    case 'build-progress':
      return undefined
    case 'release-ready':
      return `${event.what}${newest(event.alias)} is ${event.cached ? 'ready' : 'built'}`
    case 'node-started':
      return `${event.node} started on port ${event.port} (pid ${event.pid}${startCauses[event.cause]})`
    case 'node-conf-replaced':
      return `the redis.conf of ${event.node} was cut off and has been written again`
    case 'node-data-replaced':
      return `${summary(event.problems)}: ${event.heir} has all of its data and is the master now${event.aside === null ? '' : `; what is left of it is in ${event.aside}`}`
    case 'node-adopted':
      return `${event.node} on port ${event.port} is adopted (pid ${event.pid})`
    case 'node-listening':
      return `${event.node} answers`
    case 'node-exited':
      return `${event.node} ended (${event.exit})${exitCauses[event.cause]}`
    case 'node-paused':
      return `${event.node} is paused${event.cause === 'asked' ? '' : ', by a signal from outside'}`
    case 'node-resumed':
      return `${event.node} runs on${event.cause === 'asked' ? '' : ', by a signal from outside'}`
    case 'node-restarting':
      return `${event.node} is started again ${event.delayMs === 0 ? 'at once' : `in ${seconds(event.delayMs)}`} (restart ${event.attempt})`
    case 'node-gave-up':
      return `${event.node} crashed ${event.crashes} times in a row and is not started again`
    case 'create-started':
      return `forming the cluster (${event.creator})`
    case 'create-fallback':
      return `${event.reason}; forming it with ${event.to} instead of ${event.from}`
    case 'create-done':
      return 'the cluster is formed'
    case 'failover-done':
      return `${event.node} is the master in the place of ${event.former} (${failoverModes[event.mode]}, ${seconds(event.elapsedMs)})`
    case 'role-changed':
      return event.role === 'master'
        ? `${event.node} (port ${event.port}) is a master now`
        : `${event.node} (port ${event.port}) is a replica${event.master === null ? '' : ` of ${event.master}`} now`
    case 'snapshot-taken':
      return `a snapshot was taken: ${event.keys} keys (writes were paused for ${event.pausedMs} ms, ${seconds(event.elapsedMs)} in all)`
    case 'ready-progress':
      return event.missing.length === 0 ? undefined : `not yet "${event.level}": ${summary(event.missing)}`
    case 'lab-starting':
      return `${beginnings[event.origin]} lab "${event.name}" in ${event.dir}`
    case 'ports-lost':
      return `${event.reason}; trying other ports`
    case 'lab-ready':
      return `proven ready (${event.level}) in ${seconds(event.elapsedMs)}`
    case 'lab-reset':
      return `reset in ${seconds(event.elapsedMs)}: ${event.undone.length === 0 ? 'nothing had changed' : summary(event.undone)}`
    case 'upgrade-started':
      return `upgrading ${event.nodes} nodes from ${event.from} to ${event.to}, one after the other`
    case 'node-upgraded':
      return `${event.node} runs ${event.to}${event.slotsAwayMs === null ? '' : `; its slots were away for ${seconds(event.slotsAwayMs)}, because it has no replica`} (${seconds(event.elapsedMs)})`
    case 'node-brought-along':
      return `${event.node} is started with ${event.to} instead of ${event.from}, which could not follow its master`
    case 'upgrade-done':
      return `all nodes run ${event.to} (${seconds(event.elapsedMs)})`
    case 'upgrade-stopped':
      return `the upgrade has ended before its end: ${event.reason}`
    case 'lab-failed':
      return `failed: ${event.error.message}`
    case 'lab-stopping':
      return `stopping (${event.reason})`
    case 'lab-stopped':
      return 'stopped'
    case 'record-failed':
      return `this could not be written down: ${event.reason}`
    default:
      return unreachable(event)
  }
}

const newest = (alias: string | undefined): string =>
  alias === undefined ? '' : alias === 'latest' ? ', the newest that is known,' : `, the newest ${alias} that is known,`

export const seconds = (timeMs: number): string => `${(timeMs / 1000).toFixed(timeMs < 10_000 ? 2 : 0)} s`
export const bytes = (sizeBytes: number): string => `${(sizeBytes / 1_000_000).toFixed(1)} MB`
export const percent = (done: number, total: number): string => `${Math.floor((100 * done) / Math.max(1, total))}%`

/** The first of the things that are missing stands for the rest. */
export function summary(missing: readonly string[]): string {
  const [first = '', ...rest] = missing
  return rest.length === 0 ? first : `${first} (and ${rest.length} more)`
}
