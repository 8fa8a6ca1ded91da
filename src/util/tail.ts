/** The end of a file, and what is written to it from then on. Files are read in pieces: a log may be large. */
import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as sleep } from 'node:timers/promises'

const pieceBytes = 64 * 1024
const pollMs = 100

export interface Tail {
  /** Without their line breaks; the last one may be unfinished. */
  readonly lines: readonly string[]
  /** Where reading ended: following goes on from here. */
  readonly endBytes: number
}

/** The last `count` lines of what stands after `fromBytes`; none where there is no file. */
export async function readTail(path: string, count: number, fromBytes = 0): Promise<Tail> {
  const file = await open(path).catch(missing)
  if (!file) return { lines: [], endBytes: 0 }
  try {
    const { size } = await file.stat()
    let text = Buffer.alloc(0)
    let start = size
    // One line break more than lines: the one before the first of them.
    while (start > fromBytes && breaksIn(text) <= count) {
      const from = Math.max(fromBytes, start - pieceBytes)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(start - from), 0, start - from, from)
      text = Buffer.concat([buffer.subarray(0, bytesRead), text])
      start = from
    }
    const lines = text.toString('utf8').split('\n')
    if (lines.at(-1) === '') lines.pop()
    return { lines: count === 0 ? [] : lines.slice(-count), endBytes: size }
  } finally {
    await file.close()
  }
}

const breaksIn = (text: Buffer): number => text.reduce((sum, byte) => sum + (byte === 0x0a ? 1 : 0), 0)

export interface FollowOptions {
  readonly fromBytes: number
  readonly onLine: (line: string) => void
  readonly signal: AbortSignal
}

/** Hands on every line that is added, until `signal` is aborted. A file that became shorter is read from its beginning. */
export async function followFile(path: string, { fromBytes, onLine, signal }: FollowOptions): Promise<void> {
  let at = fromBytes
  let rest = ''
  // A piece may end within a character.
  let decoder = new StringDecoder('utf8')
  while (!signal.aborted) {
    const file = await open(path).catch(missing)
    if (file) {
      try {
        const { size } = await file.stat()
        if (size < at) {
          at = 0
          rest = ''
          decoder = new StringDecoder('utf8')
        }
        while (at < size) {
          const { buffer, bytesRead } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, at)
          if (bytesRead === 0) break
          at += bytesRead
          const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n')
          rest = lines.pop() ?? ''
          lines.forEach(onLine)
        }
      } finally {
        await file.close()
      }
    }
    await sleep(pollMs, undefined, { signal }).catch(() => {})
  }
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
