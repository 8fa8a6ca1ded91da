/** redis-lab cli: redis-cli in the place of this command, as far as a person can tell. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import process from 'node:process'
import { requireKnownRunning, resolveNode } from '../lab/index.js'
import { cliAccess } from '../node/index.js'
import { placesFrom } from '../paths.js'
import { badInput } from '../spec/index.js'
import { readAccess } from '../supervisor/index.js'
import { buildOf } from '../supervisor/index.js'
import type { Invocation } from './command.js'
import { cliShape } from './shapes.js'
import { resolveOptions } from './options.js'

export async function run(invocation: Invocation): Promise<number> {
  const { name } = resolveOptions(cliShape, invocation)
  const { record } = await requireKnownRunning(placesFrom(invocation.env), name)
  const [said] = invocation.args
  const node = said === undefined ? record.nodes[0] : resolveNode(record, said)
  if (!node) throw badInput([`the lab "${name}" has no nodes`])
  // -c follows redirections: a key may live on any node.
  const access = cliAccess(readAccess(record.dir))
  const args = [...access.args, '-c', '-p', String(node.port), ...invocation.rest]
  const { REDIS_LAB_PASSWORD: _, ...env } = invocation.env
  return new Promise((resolve, reject) => {
    // Ctrl-C is for redis-cli, which shares the terminal.
    const ignore = () => {}
    process.on('SIGINT', ignore)
    const child = spawn(buildOf(record, node).cli, args, { stdio: 'inherit', env: { ...env, ...access.env } })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}
