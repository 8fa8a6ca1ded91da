/** A running lab to another release: the caller installs it, the lab's supervisor does the rest. */
import { LabError } from '../errors.js'
import type { TimedEvent } from '../events.js'
import { requireDirectives } from '../node/index.js'
import { readLab, type UpgradeResult } from '../supervisor/index.js'
import { requireUsersIn } from './access.js'
import { askStatus, askUpgrade, listenTo } from './client.js'
import { installFor, type OpenContext } from './open.js'

export interface UpgradeWish {
  readonly redis: string
  readonly sha256?: string | undefined
  /** For each step of it. */
  readonly timeoutMs: number
}

export interface UpgradeContext extends Pick<OpenContext, 'env' | 'emit' | 'signal'> {
  /** The release is there, and the nodes are next. */
  readonly onBuilt?: () => Promise<void>
  /** Called with what happens in the lab from then on. */
  readonly onEvent?: (event: TimedEvent) => void
}

/** @throws LabError as installRelease does, `wrong-state`, `bad-input`; nothing was touched then · `upgrade-failed` */
export async function upgradeLab(
  { dir, socket }: { readonly dir: string; readonly socket: string },
  { redis, sha256, timeoutMs }: UpgradeWish,
  { onBuilt, onEvent, ...context }: UpgradeContext,
): Promise<UpgradeResult> {
  const record = readLab(dir)
  if (!record) throw new LabError({ code: 'lab-not-found', message: `there is no lab in ${dir} any more` })
  // Nobody waits for a build that is of no use then. What counts is what the supervisor finds.
  const { state, ready } = await askStatus(socket)
  // What an upgrade that was cut off has left may be degraded, and is the supervisor's to judge.
  if (state !== 'running' && state !== 'degraded') {
    const hint = 'redis-lab status shows how it is; only a cluster that is whole is upgraded.'
    throw new LabError({ code: 'wrong-state', message: `the lab is ${state}`, hint, details: ready.reasons })
  }
  const { malloc, tls } = record.spec
  const build = await installFor({ redis, sha256, malloc, tls }, context)
  requireUsersIn(build, record.spec)
  await requireDirectives({ build, ...record.spec })
  await onBuilt?.()
  if (onEvent) await listenTo(socket, onEvent, { awaited: true })
  return askUpgrade(socket, record.nodes.length, { redis, ...(sha256 !== undefined && { sha256 }), build, timeoutMs })
}
