/**
 * One connection to one node: the only door to the RESP parser.
 *
 * DESIGN. A lab asks its own nodes a few plain questions, some of them a hundred times in its first quarter of a second. A whole
 * cluster client would take longer to load than the cluster takes to form, and would hide the very disagreements that are
 * looked for here. So: a socket, pipelined commands, replies in order. Nothing reconnects by itself.
 */
import net from 'node:net'
import RedisParser from 'redis-parser'

/** A reply as RESP2 has it. Errors of the server arrive as ReplyError, rejected. */
export type Reply = string | number | null | Reply[]

export class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

/** The connection could not be made, was lost, or stayed silent. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: Error) => void
}

export class NodeClient {
  readonly #socket: net.Socket
  readonly #waiting: Waiting[] = []
  #lost: ConnectionError | undefined

  private constructor(socket: net.Socket, silenceMs: number) {
    this.#socket = socket
    const parser = new RedisParser({
      returnReply: (reply: Reply) => this.#waiting.shift()?.resolve(reply),
      returnError: (error: Error) => this.#waiting.shift()?.reject(new ReplyError(error.message)),
      returnFatalError: (error: Error) => socket.destroy(error),
    })
    socket.setNoDelay()
    socket.on('data', (chunk) => parser.execute(chunk))
    socket.on('error', (error) => this.#lose(error.message))
    socket.on('close', () => this.#lose('the node closed the connection'))
    // A paused process still accepts connections; only its silence tells.
    socket.setTimeout(silenceMs, () => {
      if (this.#waiting.length > 0) this.#lose(`no answer within ${silenceMs} ms`)
    })
  }

  /** @throws ConnectionError */
  static connect(port: number, { host = '127.0.0.1', timeoutMs = 3000 } = {}): Promise<NodeClient> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ port, host })
      const fail = (message: string) => {
        socket.destroy()
        reject(new ConnectionError(message))
      }
      const timer = setTimeout(fail, timeoutMs, `port ${port} did not answer within ${timeoutMs} ms`)
      const refused = (error: Error) => {
        clearTimeout(timer)
        fail(error.message)
      }
      socket.once('error', refused)
      socket.once('connect', () => {
        clearTimeout(timer)
        socket.off('error', refused)
        resolve(new NodeClient(socket, timeoutMs))
      })
    })
  }

  get open(): boolean {
    return this.#lost === undefined
  }

  /** @throws ReplyError what the server answered · ConnectionError the connection was lost before it answered */
  call(...words: readonly (string | number)[]): Promise<Reply> {
    if (this.#lost) return Promise.reject(this.#lost)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#socket.write(encode(words))
    })
  }

  /** A call whose reply is a text. */
  async text(...words: readonly (string | number)[]): Promise<string> {
    return String(await this.call(...words))
  }

  close(): void {
    this.#lose('the connection was closed')
  }

  #lose(message: string): void {
    this.#lost ??= new ConnectionError(message)
    this.#socket.destroy()
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#lost)
  }
}

function encode(words: readonly (string | number)[]): string {
  const parts = words.map(String).map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return `*${words.length}\r\n${parts.join('')}`
}
