/** The Redis that is installed on this machine. */
import { realpathSync } from 'node:fs'
import { LabError } from '../../errors.js'
import { findOnPath } from '../../util/command.js'
import type { Build } from '../build.js'
import { buildInPlace, cliBeside, engines } from '../programs.js'

/** @throws LabError `release-unknown` when PATH has none, or one that is too old */
export async function findSystem(env: Readonly<Record<string, string | undefined>>): Promise<Build> {
  const searchPath = env['PATH'] ?? ''
  for (const engine of engines) {
    const server = findOnPath(`${engine}-server`, searchPath)
    const cli = server && (findOnPath(`${engine}-cli`, searchPath) ?? cliBeside(realpathSync(server)))
    if (server && cli) return buildInPlace({ server, cli }, 'system')
  }
  throw new LabError({
    code: 'release-unknown',
    message: 'there is no redis-server with its redis-cli on PATH',
    hint: 'Install one, or leave --redis away to have one built.',
  })
}
