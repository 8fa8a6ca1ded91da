/** CLUSTER SHARDS, as one node tells it. */
import { ask } from './ask.js'

interface Named {
  readonly id: string | null
  readonly name: string
}

/** `0-5460: m1 r1; 5461-10922: m2 r2`: who shares a shard, whichever of them is its master. From 7.0 on. */
export async function shardsSeenBy(port: number, nodes: readonly Named[]): Promise<string> {
  const nameOf = new Map(nodes.map(({ id, name }) => [id, name]))
  const shards = (await ask(port, 'CLUSTER', 'SHARDS')) as [string, number[], string, unknown[][]][]
  return shards
    .map(([, slots, , members]) => {
      const names = members.map((member) => nameOf.get(String(member[member.indexOf('id') + 1])) ?? 'a stranger')
      return `${slots.join('-')}: ${names.sort().join(' ')}`
    })
    .sort()
    .join('; ')
}
