/** redis-lab wait */
import { waitForLab } from '../lab/index.js'
import { printJson, printResult } from '../view/index.js'
import { progressOf } from './attended.js'
import type { Invocation } from './command.js'
import { resolveOptions } from './options.js'
import { waitShape } from './shapes.js'

export async function run(invocation: Invocation): Promise<number> {
  const { name, for: level, timeout, json } = resolveOptions(waitShape, invocation)
  const { env } = invocation
  const status = await waitForLab(name, { level, timeoutMs: timeout }, { env, emit: progressOf(json) })
  if (json) printJson(status)
  else printResult(`Lab "${name}" is proven ready: ${level}.`)
  return 0
}
