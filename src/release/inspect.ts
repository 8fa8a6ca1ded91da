/** What `redis-lab doctor` asks: could a release be had and made on this machine? Changes nothing. */
import type { OfficialRelease } from './build.js'
import type { Environment } from './context.js'
import { printable, releaseUrl } from './download/address.js'
import { describeFailure, openUrl } from './download/fetch.js'
import { defaultVersion } from './checksums.js'
import { patience } from './download/patience.js'
import { findTools, type Tool } from './make/tools.js'

export type { Tool }

/** make and the compilers, each by running it. */
export async function inspectTools(env: Environment): Promise<Tool[]> {
  const { make, cc, cxx } = await findTools(env)
  return [make, cc, cxx]
}

export interface HostReport {
  /** What was asked for: the tarball of a release. */
  readonly url: string
  readonly ok: boolean
  /** Why not, in words. */
  readonly reason?: string | undefined
}

const defaultRelease: OfficialRelease = { engine: 'redis', version: defaultVersion }

/**
 * Asks once whether a release, the default one where none is named, is there for the taking.
 *
 * @throws LabError `bad-input` when REDIS_LAB_MIRROR is no address that may be used
 */
export async function probeOfficialHost(
  env: Environment,
  { release = defaultRelease, signal }: { readonly release?: OfficialRelease; readonly signal?: AbortSignal } = {},
): Promise<HostReport> {
  const target = releaseUrl(release, env['REDIS_LAB_MIRROR'])
  const url = printable(target)
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), patience.answerMs)
  try {
    const signals = signal ? [timeout.signal, signal] : [timeout.signal]
    const { status } = await openUrl(target, { method: 'HEAD', env, signal: AbortSignal.any(signals) })
    return status === 200 ? { url, ok: true } : { url, ok: false, reason: `the server answered with status ${status}` }
  } catch (error) {
    return {
      url,
      ok: false,
      reason: timeout.signal.aborted ? `no answer within ${patience.answerMs} ms` : describeFailure(error),
    }
  } finally {
    clearTimeout(timer)
    timeout.abort()
  }
}
