/** Ending a server in order: SHUTDOWN, SIGTERM again and again, and after a grace SIGKILL. */
import { ReplyError, type NodeClient } from './client.js'
import type { ServerProcess } from './process.js'

/** Both ways let Redis flush its append-only file; after this long it is killed. */
const graceMs = 10_000
const askAgainMs = 100

/** Resolves when the process is gone. */
export async function shutDown(process: ServerProcess, connect: () => Promise<NodeClient>): Promise<void> {
  // A process that is paused hears nothing until it is continued.
  process.signal('SIGCONT')
  void ask(connect)
  // Redis refuses to go, and forgets that it was asked, while it writes its first append-only file.
  const again = setInterval(() => process.signal('SIGTERM'), askAgainMs)
  const killer = setTimeout(() => process.signal('SIGKILL'), graceMs)
  await process.exited
  clearInterval(again)
  clearTimeout(killer)
}

/** Faster than a signal, which waits for the next run of serverCron; and with NOW no master waits for its replicas. */
async function ask(connect: () => Promise<NodeClient>): Promise<void> {
  try {
    const client = await connect()
    // NOW exists from 7.0 on. The answer to a shutdown that succeeds is that there is none.
    await client.call('SHUTDOWN', 'NOW').catch(async (error: unknown) => {
      if (error instanceof ReplyError && /syntax/i.test(error.message)) await client.call('SHUTDOWN')
    })
  } catch {
    // Whoever cannot be asked gets the signal.
  }
}
