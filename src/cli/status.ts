/** redis-lab status */
import { labStatus } from '../lab/index.js'
import { placesFrom } from '../paths.js'
import { printJson, printResult, statusText } from '../view/index.js'
import { statusShape, type Invocation } from './commands.js'
import { resolveOptions } from './options.js'

export async function run(invocation: Invocation): Promise<number> {
  const { name, json } = resolveOptions(statusShape, invocation)
  const status = await labStatus(placesFrom(invocation.env), name)
  if (json) printJson(status)
  else printResult(statusText(status))
  return 0
}
