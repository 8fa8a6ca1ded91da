/** One question to one server. */
import { NodeClient, type Reply } from '../../src/node/index.js'

export async function ask(port: number, ...words: readonly (string | number)[]): Promise<Reply> {
  const client = await NodeClient.connect(port)
  try {
    return await client.call(...words)
  } finally {
    client.close()
  }
}

/** The value of one directive, as the running server has it. */
export async function directive(port: number, name: string): Promise<Reply | undefined> {
  const pair = await ask(port, 'CONFIG', 'GET', name)
  return Array.isArray(pair) ? pair[1] : undefined
}
