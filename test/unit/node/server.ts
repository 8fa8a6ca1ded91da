/** A server on loopback that says what the test wants it to say. */
import net from 'node:net'
import { afterEach } from 'vitest'

export interface Talk {
  readonly socket: net.Socket
  /** Everything that was received on this connection so far. */
  readonly heard: () => string
}

/** Call it once per file. The server and its connections are gone after each test. */
export function useServer(): (onData: (talk: Talk) => void) => Promise<number> {
  const servers: net.Server[] = []
  const sockets: net.Socket[] = []
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
  })
  return async (onData) => {
    const server = net.createServer((socket) => {
      let heard = ''
      sockets.push(socket)
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        heard += chunk.toString()
        onData({ socket, heard: () => heard })
      })
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as net.AddressInfo).port
  }
}
