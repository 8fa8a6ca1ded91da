/** A server that somebody else started, as the proof of readiness asks it. */
import type { Member } from '../../src/cluster/index.js'
import { NodeClient } from '../../src/node/index.js'

export interface PlainMember extends Member {
  close(): void
}

export function plainMember(port: number): PlainMember {
  let current: Promise<NodeClient> | undefined
  const client = async () => {
    const kept = await current?.catch(() => undefined)
    if (kept?.open) return kept
    current = NodeClient.connect(port)
    return current
  }
  const close = () => void current?.then((open) => open.close()).catch(() => {})
  const connectTo = (host: string, other: number) => NodeClient.connect(other, { host })
  return { lab: 'bench', name: String(port), port, state: 'running', client, connectTo, close }
}
