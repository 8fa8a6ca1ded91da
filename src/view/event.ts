/** One event as one line; undefined for those that only move a bar. */
import { unreachable } from '../errors.js'
import type { LabEvent } from '../events.js'

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
      return `waiting for process ${event.pid} (${event.command})`
    case 'build-started':
      return `making ${event.what} (make -j${event.jobs})`
    case 'build-progress':
      return undefined
    case 'release-ready':
      return `${event.what} is ${event.cached ? 'ready' : 'built'}`
    case 'node-started':
      return `${event.node} started on port ${event.port} (pid ${event.pid})`
    case 'node-listening':
      return `${event.node} answers`
    case 'node-exited':
      return `${event.node} ended (${event.exit})${event.expected ? '' : ', which nobody asked for'}`
    case 'node-restarting':
      return `${event.node} is started again in ${seconds(event.delayMs)} (attempt ${event.attempt})`
    case 'node-gave-up':
      return `${event.node} crashed ${event.crashes} times within a minute and is not started again`
    case 'create-started':
      return `forming the cluster (${event.creator})`
    case 'create-fallback':
      return `${event.reason}; forming it with ${event.to} instead of ${event.from}`
    case 'create-done':
      return 'the cluster is formed'
    case 'ready-progress':
      return event.missing.length === 0 ? undefined : `not yet "${event.level}": ${summary(event.missing)}`
    case 'lab-starting':
      return `${event.resumed ? 'resuming' : 'starting'} lab "${event.name}" in ${event.dir}`
    case 'lab-ready':
      return `proven ready (${event.level}) in ${seconds(event.elapsedMs)}`
    case 'lab-failed':
      return `failed: ${event.error.message}`
    case 'lab-stopping':
      return `stopping (${event.reason})`
    case 'lab-stopped':
      return 'stopped'
    default:
      return unreachable(event)
  }
}

export const seconds = (timeMs: number): string => `${(timeMs / 1000).toFixed(timeMs < 10_000 ? 2 : 0)} s`
export const bytes = (sizeBytes: number): string => `${(sizeBytes / 1_000_000).toFixed(1)} MB`
export const percent = (done: number, total: number): string => `${Math.floor((100 * done) / Math.max(1, total))}%`

/** The first of the things that are missing stands for the rest. */
export function summary(missing: readonly string[]): string {
  const [first = '', ...rest] = missing
  return rest.length === 0 ? first : `${first} (and ${rest.length} more)`
}
