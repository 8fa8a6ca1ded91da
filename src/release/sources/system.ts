/** The Redis that is installed on this machine. */
import { realpathSync } from 'node:fs'
import { LabError } from '../../errors.js'
import { findOnPath } from '../../util/command.js'
import type { Build } from '../build.js'
import type { Job } from '../context.js'
import { buildInPlace, cliBeside, engines } from '../programs.js'
import { requireTls } from '../tls.js'

/** @throws LabError `release-unknown` when PATH has none, one that is too old, or one without the TLS that was asked for */
export async function findSystem({ env, tls }: Pick<Job, 'env' | 'tls'>): Promise<Build> {
  const searchPath = env['PATH'] ?? ''
  for (const engine of engines) {
    const server = findOnPath(`${engine}-server`, searchPath)
    const cli = server && (findOnPath(`${engine}-cli`, searchPath) ?? cliBeside(realpathSync(server)))
    if (!server || !cli) continue
    const build = await buildInPlace({ server, cli }, 'system')
    if (tls) await requireTls(build)
    return build
  }
  throw new LabError({
    code: 'release-unknown',
    message: 'there is no redis-server with its redis-cli on PATH',
    hint: 'Install one, or leave --redis away to have one built.',
  })
}
