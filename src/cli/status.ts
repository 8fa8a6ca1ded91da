/** redis-lab status */
import { labStatus } from '../lab/index.js'
import { placesFrom } from '../paths.js'
import { printJson, printResult, statusText } from '../view/index.js'
import type { Invocation } from './command.js'
import { statusShape } from './shapes.js'
import { resolveOptions } from './options.js'

export async function run(invocation: Invocation): Promise<number> {
  const { name, json, exitCode } = resolveOptions(statusShape, invocation)
  const status = await labStatus(placesFrom(invocation.env), name)
  if (json) printJson(status)
  else printResult(statusText(status))
  return exitCode && status.state !== 'running' ? 1 : 0
}
