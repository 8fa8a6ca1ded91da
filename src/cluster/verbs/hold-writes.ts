/**
 * A master that holds its writes back for a moment, and how far it had written by then.
 *
 * Before 6.2 a pause holds everything back, also the question how far it had come, and has no end but its time: it is short
 * there, and the question goes with it in one transaction.
 */
import type { NodeClient } from '../../node/index.js'
import type { Member } from '../member.js'
import type { WritePauses } from '../pause-writes.js'

export interface Hold {
  /** The replication offset: whoever has read so far has every write that was answered. */
  readonly offset: number
  /** For certain still; there is time left to act. */
  holds(): boolean
  end(): Promise<void>
}

/** Longer than it takes to act on it, and no longer than a client should stand still. */
const pauseMs = 1000
const unendingPauseMs = 400

/** @throws ConnectionError, ReplyError; it holds nothing back then, or not for long */
export async function holdWrites(master: Member, pauses: WritePauses): Promise<Hold> {
  const sinceMs = Date.now()
  const within = (ms: number) => () => Date.now() - sinceMs < ms / 2
  const client = await master.client()
  const end = await pauses.pause([master], pauseMs)
  if (end === undefined) return { offset: await pauseAll(client), holds: within(unendingPauseMs), end: async () => {} }
  try {
    return { offset: offsetIn(await client.text('INFO', 'replication')), holds: within(pauseMs), end }
  } catch (error) {
    await end()
    throw error
  }
}

async function pauseAll(master: NodeClient): Promise<number> {
  const calls = [
    master.call('MULTI'),
    master.call('CLIENT', 'PAUSE', unendingPauseMs),
    master.call('INFO', 'replication'),
  ]
  const [result] = await Promise.all([master.call('EXEC'), ...calls])
  const [, info] = Array.isArray(result) ? result : []
  return offsetIn(String(info))
}

/** @throws Error where there is none */
function offsetIn(info: string): number {
  const [, offset] = /^master_repl_offset:(\d+)/m.exec(info) ?? []
  if (offset === undefined) throw new Error('it does not say how far it has written')
  return Number(offset)
}
