/**
 * Whether a server speaks TLS.
 *
 * It is started with a TLS port and no certificate, and ends at once either way, before it listens or writes: where it has TLS
 * because that cannot be configured, where it has none because nobody knows what TLS is. Directives alone would not tell: from
 * 7.2 on a server without TLS takes them, as long as they ask for nothing.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { LabError } from '../errors.js'
import type { Build } from './build.js'
import { compareVersions } from './version.js'

type Release = Pick<Build, 'engine' | 'version'>

/** TLS came with Redis 6.0; every Valkey has it. */
export const hasTls = ({ engine, version }: Release): boolean =>
  engine === 'valkey' || compareVersions(version, '6.0.0') >= 0

/** @returns LabError `release-unknown` */
export function tooOldForTls({ engine, version }: Release): LabError {
  return new LabError({
    code: 'release-unknown',
    message: `${engine} ${version} has no TLS`,
    hint: 'TLS came with Redis 6.0: take a newer release with --redis, or leave --tls out.',
  })
}

/**
 * Of a Redis that somebody else has built.
 *
 * @throws LabError `release-unknown`; nothing was touched then
 */
export async function requireTls(build: Build): Promise<void> {
  if (!hasTls(build)) throw tooOldForTls(build)
  const refusal = await tlsRefusal(build.server)
  if (refusal === undefined) return
  throw new LabError({
    code: 'release-unknown',
    message: `${build.server} was built without TLS`,
    hint: 'Take one that was made with BUILD_TLS=yes, or a version, or "distro": those are built here with it.',
    details: refusal,
  })
}

const args = ['--port', '0', '--tls-port', '1', '--save', '']
const patienceMs = 10_000

/** The last words of a server that has no TLS; undefined for one that has it. */
export async function tlsRefusal(server: string): Promise<string[] | undefined> {
  const words = await promisify(execFile)(server, args, { timeout: patienceMs }).catch((error: unknown) => {
    // Ctrl-C reaches everybody at a terminal: the program had no time to answer.
    if ((error as { signal?: string }).signal !== 'SIGINT') return error as { stdout?: string; stderr?: string }
    throw new LabError({ code: 'interrupted', message: 'interrupted' }, { cause: error })
  })
  const answer = `${words.stdout ?? ''}${words.stderr ?? ''}`
  return answer.includes('Failed to configure TLS') ? undefined : answer.trim().split('\n').slice(-3)
}
