/** redis-lab reset */
import { controlOf } from '../lab/index.js'
import { printJson, printResult, seconds } from '../view/index.js'
import { attendedLab } from './attended.js'
import type { Invocation } from './command.js'
import { resolveOptions } from './options.js'
import { resetShape } from './shapes.js'

export async function run(invocation: Invocation): Promise<number> {
  const { name, timeout, json } = resolveOptions(resetShape, invocation)
  const { run } = await attendedLab(name, invocation, json)
  const { undone, elapsedMs } = await controlOf(run.socket).reset({ timeoutMs: timeout })
  if (json) printJson({ name, undone, elapsedMs })
  else printResult([...undone, `Lab "${name}" is as planned, and empty (${seconds(elapsedMs)}).`].join('\n'))
  return 0
}
