/** redis-lab failover */
import type { FailoverMode } from '../events.js'
import { controlOf, resolveNode } from '../lab/index.js'
import { badInput } from '../spec/index.js'
import { printJson, printResult } from '../view/index.js'
import { attendedLab } from './attended.js'
import type { Invocation } from './command.js'
import { resolveOptions } from './options.js'
import { failoverShape } from './shapes.js'

export async function run(invocation: Invocation): Promise<number> {
  const { name, timeout, json, force, takeover } = resolveOptions(failoverShape, invocation)
  if (force && takeover) throw badInput(['--force and --takeover exclude each other'])
  const { record, run } = await attendedLab(name, invocation, json)
  const node = resolveNode(record, invocation.args[0] ?? '')
  const mode: FailoverMode = takeover ? 'takeover' : force ? 'force' : 'agreed'
  const result = await controlOf(run.socket).failover(node.name, { mode, timeoutMs: timeout })
  if (json) printJson({ name, ...result })
  else if (result.changed)
    printResult(`${result.promoted} is the master in the place of ${result.demoted}; every node agrees.`)
  else printResult(`${result.promoted} is a master already; nothing was changed.`)
  return 0
}
