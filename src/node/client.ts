/**
 * One connection to one node: the only door to the RESP parser.
 *
 * DESIGN. A lab asks its own nodes a few plain questions, some of them a hundred times in its first quarter of a second. A whole
 * cluster client would take longer to load than the cluster takes to form, and would hide the very disagreements that are
 * looked for here. So: a socket, pipelined commands, replies in order. Nothing reconnects by itself.
 */
import { readFile } from 'node:fs/promises'
import net from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'
import RedisParser from 'redis-parser'
import { openAccess, type Access, type TlsFiles } from './access.js'

/** A reply as RESP2 has it. Errors of the server arrive as ReplyError, rejected. */
export type Reply = string | number | null | Reply[]

export class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

/** The connection could not be made, was lost, or stayed silent. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

/**
 * The answer of a process that serves, whatever it thinks of the question: MASTERDOWN, NOAUTH, BUSY … A process that still loads
 * its data, or takes no connection, does not.
 */
export const isServingAnswer = (error: unknown): boolean =>
  error instanceof ReplyError && !/^(LOADING\b|ERR max number of clients)/.test(error.message)

export interface ConnectOptions {
  readonly host?: string
  /** Also how long an answer may take. */
  readonly timeoutMs?: number
  readonly access?: Access
}

/** What Redis says to an AUTH that it does not ask for: before 6.0, and since then. */
const noPasswordSet = /no password is set|without any password configured/

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
      const { bytesRead } = socket
      // If this process itself was held up, the answer has arrived and is only read after the timers.
      setImmediate(() => {
        if (this.#waiting.length > 0 && socket.bytesRead === bytesRead) this.#lose(`no answer within ${silenceMs} ms`)
      })
    })
  }

  /** @throws ConnectionError · ReplyError the password is not the right one */
  static async connect(
    port: number,
    { host = '127.0.0.1', timeoutMs = 3000, access = openAccess }: ConnectOptions = {},
  ): Promise<NodeClient> {
    const client = new NodeClient(await openSocket({ port, host, timeoutMs, access }), timeoutMs)
    const { user } = access
    if (!user) return client
    try {
      await client.call('AUTH', ...(user.name === undefined ? [] : [user.name]), user.password)
    } catch (error) {
      // Somebody has taken the password away: until it is set back everybody is let in.
      if (error instanceof ReplyError && noPasswordSet.test(error.message)) return client
      client.close()
      throw error
    }
    return client
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

async function openSocket({
  port,
  host,
  timeoutMs,
  access,
}: Required<ConnectOptions> & { port: number }): Promise<net.Socket> {
  const secureContext = access.tls && (await contextOf(access.tls))
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
    const opened = (open: net.Socket) => {
      clearTimeout(timer)
      open.off('error', refused)
      resolve(open)
    }
    socket.once('error', refused)
    socket.once('connect', () => {
      if (!secureContext) return opened(socket)
      const open = connectTls({ socket, host, secureContext })
      open.once('error', refused)
      open.once('secureConnect', () => opened(open))
    })
  })
}

/** Made once for all connections of a lab: a server that starts is called again and again. */
const contexts = new WeakMap<TlsFiles, Promise<SecureContext>>()

function contextOf(files: TlsFiles): Promise<SecureContext> {
  const known = contexts.get(files)
  if (known) return known
  const made = makeContext(files)
  contexts.set(files, made)
  made.catch(() => contexts.delete(files))
  return made
}

async function makeContext({ ca, cert, key }: TlsFiles): Promise<SecureContext> {
  const [caText, certText, keyText] = await Promise.all([ca, cert, key].map((file) => readFile(file, 'utf8')))
  return createSecureContext({ ca: caText, cert: certText, key: keyText })
}
