/** What the machine must have for a build of this kind, looked at before anything is downloaded. */
import process from 'node:process'
import { LabError } from '../../errors.js'
import { runCommand } from '../../util/command.js'
import type { Environment } from '../context.js'
import { missingPackage } from './missing.js'
import { readOsRelease, requireTools, type Tool, type Tools } from './tools.js'

export interface Needs {
  readonly needsCxx: boolean
  readonly tls: boolean
}

/** @throws LabError `tools-missing` with the line that installs them */
export async function requireNeeds(env: Environment, { needsCxx, tls }: Needs): Promise<Tools> {
  const tools = await requireTools(env, { needsCxx })
  // On macOS the Makefiles know where OpenSSL is, and a compiler by itself does not.
  if (tls && process.platform !== 'darwin') await requireOpenssl(tools.cc, env)
  return tools
}

const probe = ['-include', 'openssl/ssl.h', '-E', '-x', 'c', '/dev/null', '-o', '/dev/null']

/** Without its headers a build fails as well, but not before most of it is done. */
async function requireOpenssl({ found = 'cc' }: Tool, env: Environment): Promise<void> {
  const [program = '', ...args] = found.split(' ')
  try {
    await runCommand(program, [...args, ...probe], { env: { ...env, LC_ALL: 'C' }, timeoutMs: 20_000 })
  } catch (error) {
    const advice = missingPackage(LabError.from(error).details, process.platform, readOsRelease())
    // A compiler that cannot be asked this way says what is wrong when it compiles.
    if (advice === undefined) return
    throw new LabError({
      code: 'tools-missing',
      message: 'Redis with TLS is built with OpenSSL, whose headers are not there',
      hint: `${advice} (or use a Redis that is already there and has TLS: --redis system, --redis PATH)`,
    })
  }
}
