/** Starting many servers at once, but not all at once: each needs a processor for a few milliseconds before it answers. */
import os from 'node:os'
import pLimit from 'p-limit'
import type { Server } from '../member.js'
import { requirePossible } from '../obstacles.js'
import type { FormContext } from './creator.js'

const startsPerProcessor = 4

/** Resolves when all of them answer. `before` is called for each just before it is started. */
export async function startServers(
  servers: readonly Server[],
  { deadline, signal, shape }: Pick<FormContext, 'deadline' | 'signal' | 'shape'>,
  {
    args = () => [],
    before,
  }: { readonly args?: (server: Server) => readonly string[]; readonly before?: (server: Server) => void } = {},
): Promise<void> {
  const limit = pLimit(startsPerProcessor * os.availableParallelism())
  // The first failure is the one that is reported, once no start is still under way.
  const outcomes = await Promise.allSettled(
    servers.map((server) =>
      limit(async () => {
        signal.throwIfAborted()
        before?.(server)
        server.start(args(server))
        const onRefusal = (answer: string) => requirePossible(server, answer, shape)
        await server.listening({ deadline, signal, onRefusal })
      }),
    ),
  )
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}
