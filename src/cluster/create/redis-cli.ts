/** The plain creator: `redis-cli --cluster create`, as everybody does it by hand. */
import { appendFileSync } from 'node:fs'
import { LabError } from '../../errors.js'
import type { ClusterCreator, CreateContext } from './creator.js'

export const redisCliCreator: ClusterCreator = {
  name: 'redis-cli',

  async create({ build, nodes, spec, logFile, deadline, signal }: CreateContext): Promise<void> {
    const { runCommand } = await import('../../util/command.js')
    // The first ones become masters: redis-cli keeps the order when all addresses share one host.
    const addresses = nodes.map((node) => `127.0.0.1:${node.port}`)
    const args = ['--cluster', 'create', ...addresses, '--cluster-replicas', String(spec.replicas), '--cluster-yes']
    const said: string[] = []
    const onLine = (line: string) => {
      said.push(line)
      appendFileSync(logFile, `${line}\n`)
    }
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
          hint: 'What it said stands below.',
          details: [...failure.details, `output: ${logFile}`],
        },
        { cause: error },
      )
    }
  },
}
