/** Keys in a lab: many at once, spread over the slots, and every one of them asked for afterwards. */
import calculateSlot from 'cluster-key-slot'
import { NodeClient } from '../../src/node/index.js'
import type { LabStatus, NodeStatus } from '../../src/supervisor/index.js'

/** Hash tags, in slots of their own all over the range: whoever owns some slots has some of them. */
const tags = Array.from({ length: 48 }, (_, index) => `t${index}`)
const batchSize = 500

export interface Keys {
  readonly prefix: string
  readonly perTag: number
}

/** Writes at least `count` keys; returns when all masters have acknowledged, and their replicas too where those are asked for. */
export async function write(lab: LabStatus, prefix: string, count: number, { replicas = 1 } = {}): Promise<Keys> {
  const keys: Keys = { prefix, perTag: Math.ceil(count / tags.length) }
  await eachTag(lab, async (client, tag) => {
    for (const batch of batches(keys, tag)) await client.call('MSET', ...batch.flatMap((key) => [key, valueOf(key)]))
    const acknowledged = await client.call('WAIT', replicas, 10_000)
    if (Number(acknowledged) < replicas) throw new Error(`a write was acknowledged by ${String(acknowledged)} replicas`)
  })
  return keys
}

/** Those that are not there with their values. */
export async function lost(lab: LabStatus, all: readonly Keys[]): Promise<string[]> {
  const missing: string[] = []
  await eachTag(lab, async (client, tag) => {
    for (const batch of all.flatMap((keys) => batches(keys, tag))) {
      const values = await client.call('MGET', ...batch)
      missing.push(...batch.filter((key, index) => !Array.isArray(values) || values[index] !== valueOf(key)))
    }
  })
  return missing
}

const valueOf = (key: string): string => `value of ${key}`

function batches({ prefix, perTag }: Keys, tag: string): string[][] {
  const keys = Array.from({ length: perTag }, (_, index) => `${prefix}:{${tag}}:${index}`)
  return Array.from({ length: Math.ceil(perTag / batchSize) }, (_, index) =>
    keys.slice(index * batchSize, (index + 1) * batchSize),
  )
}

async function eachTag(lab: LabStatus, work: (client: NodeClient, tag: string) => Promise<void>): Promise<void> {
  const clients = new Map<NodeStatus, NodeClient>()
  try {
    for (const tag of tags) {
      const owner = ownerOf(lab, calculateSlot(tag))
      const client = clients.get(owner) ?? (await NodeClient.connect(owner.port, { timeoutMs: 20_000 }))
      clients.set(owner, client)
      await work(client, tag)
    }
  } finally {
    for (const client of clients.values()) client.close()
  }
}

function ownerOf(lab: LabStatus, slot: number): NodeStatus {
  const owner = lab.nodes.find(
    (node) => node.role === 'master' && node.slots.some(([first, last]) => first <= slot && slot <= last),
  )
  if (!owner) throw new Error(`nobody owns slot ${slot}`)
  return owner
}
