/** The command redis-lab: argv to a command, its outcome to an exit code. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { LabError } from '../errors.js'
import { packageRoot } from '../paths.js'
import { printError } from '../view/index.js'

import { withConfig } from './config-file.js'
import { parseArgv } from './parse.js'

async function main(argv: readonly string[]): Promise<number> {
  let said: Readonly<Record<string, unknown>> = { json: argv.includes('--json'), verbose: argv.includes('--verbose') }
  try {
    const parsed = parseArgv(argv, ownVersion())
    if (!parsed) return 0
    said = parsed.invocation.said
    return await parsed.command.run(await withConfig(parsed, takeEnvironment()))
  } catch (thrown) {
    const error = LabError.from(thrown)
    printError(error, { json: said['json'] === true, verbose: said['verbose'] === true })
    return error.exitCode
  }
}

/** What this command runs (make, a server, redis-cli) has no use for the password of a lab. */
function takeEnvironment(): Record<string, string | undefined> {
  const env = { ...process.env }
  delete process.env['REDIS_LAB_PASSWORD']
  return env
}

function ownVersion(): string {
  const text = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

// A reader that has seen enough, as in `redis-lab logs | head -1`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await main(process.argv.slice(2))
