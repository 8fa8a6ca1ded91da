/**
 * Settings of running nodes that differ from those that the lab should have, as notes of its status.
 *
 * Only directives that redis-lab itself overrides for a while: where one of them differs, a user may have set it on purpose, or
 * something of ours was not put back. Either way the lab serves, so this is no reason to call it degraded.
 */
import { canBeAsked, type TemporaryChanges } from '../cluster/index.js'
import type { Reply, RedisNode } from '../node/index.js'
import { compareVersions } from '../release/index.js'
import { commandFor } from '../spec/index.js'
import type { Baseline } from './baseline.js'

const watched = [
  'cluster-node-timeout',
  'hz',
  'cluster-allow-replica-migration',
  'repl-diskless-sync',
  'repl-diskless-load',
] as const

interface Difference {
  readonly node: RedisNode
  readonly name: string
  readonly value: string
  readonly wanted: string
}

/** One question to each node, sent before this function returns for those that have a connection. */
export async function settingNotes(
  nodes: readonly RedisNode[],
  { baseline, temporary }: { readonly baseline: Promise<Baseline>; readonly temporary: TemporaryChanges },
): Promise<string[]> {
  const asked = nodes.filter(canBeAsked).map(async (node) => [node, await readWatched(node)] as const)
  const [answers, known] = await Promise.all([Promise.all(asked), baseline])
  return inWords(
    answers.flatMap(([node, settings]) => {
      const wanted = known.get(node.name)?.config ?? {}
      return [...settings].flatMap(([name, value]): Difference[] => {
        const due = wanted[name]
        const isOurs = due === undefined || temporary.config.has(node, name)
        return isOurs || due === value ? [] : [{ node, name, value, wanted: due }]
      })
    }),
  )
}

/** Empty for a node that does not answer: why it does not is told by its readiness. */
async function readWatched(node: RedisNode): Promise<Map<string, string>> {
  try {
    const client = await node.client()
    // Before 7.0 each is a question of its own, in the same round trip.
    const questions = compareVersions(node.build.version, '7.0.0') >= 0 ? [watched] : watched.map((name) => [name])
    const replies = await Promise.all(questions.map((names) => client.call('CONFIG', 'GET', ...names)))
    return new Map(replies.flatMap(pairs))
  } catch {
    return new Map()
  }
}

function pairs(reply: Reply): [string, string][] {
  const flat = Array.isArray(reply) ? reply.map(String) : []
  return flat.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []))
}

/** A line for each directive and value, however many nodes have it. */
function inWords(differences: readonly Difference[]): string[] {
  const groups = new Map<string, Difference[]>()
  for (const difference of differences) {
    const { name, value, wanted } = difference
    const key = `${name} is ${value} instead of ${wanted}`
    groups.set(key, [...(groups.get(key) ?? []), difference])
  }
  return [...groups].map(([key, [first, ...others]]) => {
    if (!first) return key
    const names = [first, ...others].map(({ node }) => node.name).join(', ')
    const set = commandFor(first.node.lab, 'cli', first.node.name, '--', 'CONFIG', 'SET', first.name, first.wanted)
    const where = others.length > 0 ? ` on ${first.node.name}, and the same on each of the others` : ''
    return `${names}: ${key}; ${set} puts it back${where}`
  })
}
