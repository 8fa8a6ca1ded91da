/** The control socket, spoken to byte by byte. */
import net from 'node:net'

/** Sends these bytes and resolves with all that comes back until the other side hangs up. */
export async function exchange(path: string, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  const socket = await open(path)
  let text = ''
  const ended = new Promise<string>((resolve) => {
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (text += chunk))
    socket.once('close', () => resolve(text))
  })
  for (const piece of pieces) if (socket.writable) socket.write(piece)
  return ended
}

/** A connection on which this has been sent, and nothing follows. */
export async function open(path: string, sent: string | Buffer = ''): Promise<net.Socket> {
  const socket = net.connect(path)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  // Whoever is hung up on while writing hears of it here.
  socket.on('error', () => {})
  if (sent.length > 0) await new Promise((resolve) => socket.write(sent, resolve))
  return socket
}
