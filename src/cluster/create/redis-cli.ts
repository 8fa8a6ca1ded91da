/** The plain creator: `redis-cli --cluster create`, as everybody does it by hand. A kept cluster joins by itself. */
import { appendFileSync } from 'node:fs'
import { LabError } from '../../errors.js'
import type { Climb } from '../ready.js'
import { waitReady } from '../wait.js'
import type { ClusterCreator, FormContext } from './creator.js'
import { startServers } from './start.js'

export const redisCliCreator: ClusterCreator = {
  name: 'redis-cli',

  async form(context: FormContext): Promise<Climb> {
    const { servers, shape, kept } = context
    await startServers(servers, context)
    if (!kept) await create(context)
    return waitReady(servers, shape, context)
  },
}

async function create({ build, nodes, shape, logFile, deadline, signal }: FormContext): Promise<void> {
  const { runCommand } = await import('../../util/command.js')
  // The first ones become masters: redis-cli keeps the order when all addresses share one host.
  const addresses = nodes.map((node) => `127.0.0.1:${node.port}`)
  const perMaster = String(shape.replicas / shape.masters)
  const args = ['--cluster', 'create', ...addresses, '--cluster-replicas', perMaster, '--cluster-yes']
  const onLine = (line: string) => appendFileSync(logFile, `${line}\n`)
  try {
    // It has no deadline of its own and waits for ever for a node that cannot be reached.
    await runCommand(build.cli, args, { timeoutMs: Math.max(1, deadline - Date.now()), signal, onLine })
  } catch (error) {
    signal.throwIfAborted()
    const failure = LabError.from(error)
    throw new LabError(
      {
        code: 'create-failed',
        message: `redis-cli could not create the cluster: ${failure.message}`,
        hint: 'What it said stands above.',
        details: [...failure.details, `output: ${logFile}`],
      },
      { cause: error },
    )
  }
}
