/**
 * One round trip to one node: looked at, and emptied.
 *
 * Everything is sent to every node, without asking for its role first: a replica refuses what is its master's to do, and gets
 * it from there. What was there is read in the same breath, before it is gone. What differs in settings and users needs a
 * second round trip, and usually there is none.
 *
 * Counters, the slow log and the like are cleared on every reset and are no news: the lab's own questions count there too.
 */
import { ReplyError, type NodeClient, type Reply } from '../../../node/index.js'
import { canBeAsked, type Member } from '../../member.js'
import { isMaster, isMyself, parseNodes } from '../../nodes-text.js'
import { keysIn } from '../../view.js'
import { settingsFrom } from './baseline.js'
import { habitsIn } from '../habits.js'
import { commandInWords, corrections, type Correction, type Settings } from './settings.js'
import { unheard, type Sight } from './sight.js'

export interface Cleaned {
  readonly sight: Sight
  /** What was there. What replicas have from their masters is counted where their master is, or it would be counted twice. */
  readonly keys: number
  readonly libraries: number
  readonly scripts: number
  /** Settings and users that were put back, in words. */
  readonly restored: readonly string[]
  /** What it refused, in words. */
  readonly refusals: readonly string[]
}

const nothing = { keys: 0, libraries: 0, scripts: 0, restored: [], refusals: [] }

/** CLIENT UNPAUSE is first, because a paused node keeps writes waiting; the counters are last, because all of these count. */
const wipes: readonly (readonly string[])[] = [
  ['FLUSHALL', 'ASYNC'],
  ['FUNCTION', 'FLUSH'],
  ['SCRIPT', 'FLUSH'],
  ['SLOWLOG', 'RESET'],
  ['LATENCY', 'RESET'],
  ['ACL', 'LOG', 'RESET'],
]
const clearCounters = ['CONFIG', 'RESETSTAT'] as const

export async function clean(member: Member, wanted: Settings | undefined): Promise<Cleaned> {
  const { name, state } = member
  if (!canBeAsked(member) || state === 'starting') return { ...nothing, sight: { kind: 'away', name, state } }
  try {
    return await cleanOpen(name, await member.client(), wanted)
  } catch (error) {
    return { ...nothing, sight: unheard(name, error as Error) }
  }
}

async function cleanOpen(name: string, client: NodeClient, wanted: Settings | undefined): Promise<Cleaned> {
  const optional = (...words: string[]) => client.call(...words).catch(() => null)
  const [, nodes, info, cluster, config, users, ...answers] = await Promise.all([
    optional('CLIENT', 'UNPAUSE'),
    client.text('CLUSTER', 'NODES'),
    client.text('INFO'),
    client.text('CLUSTER', 'INFO'),
    client.call('CONFIG', 'GET', '*'),
    optional('ACL', 'LIST'),
    ...wipes.map((words) => client.call(...words).catch((error: Error) => error)),
    optional(...clearCounters),
  ])
  const lines = parseNodes(nodes)
  const me = lines.find(isMyself)
  if (!me) throw new Error('it does not know itself')
  const master = isMaster(me)
  const habits = habitsIn(info)
  const refusals = answers.flatMap((answer, index) => refusal(answer, wipes[index] ?? [], master))
  const due = wanted ? corrections(settingsFrom(config, users), wanted) : []
  const { restored, refused } = await correct(client, due)
  return {
    sight: { kind: 'there', name, me, lines, ok: /^cluster_state:ok/m.test(cluster), habits },
    keys: master ? keysIn(info) : 0,
    libraries: master ? numberIn(info, 'number_of_libraries') : 0,
    scripts: master || !habits.sharesScripts ? numberIn(info, 'number_of_cached_scripts') : 0,
    restored: restored.map((words) => `${name}: ${words}`),
    refusals: [...refusals, ...refused].map((words) => `${name}: ${words}`),
  }
}

/** A replica does not flush by itself, and an older Redis has no functions or users to clear. */
function refusal(answer: Reply | Error, words: readonly string[], master: boolean): string[] {
  if (!(answer instanceof Error)) return []
  if (!(answer instanceof ReplyError)) throw answer
  if (!master && answer.message.startsWith('READONLY')) return []
  if (/unknown (sub)?command|unknown subcommand/i.test(answer.message)) return []
  return [`it refuses ${words.join(' ')}: ${answer.message}`]
}

async function correct(
  client: NodeClient,
  due: readonly Correction[],
): Promise<{ restored: string[]; refused: string[] }> {
  const restored: string[] = []
  const refused: string[] = []
  await Promise.all(
    due.map(async ({ command, words }) => {
      try {
        await client.call(...command)
        const [, , directive, value = ''] = command
        // Before 6.0 a connection that needed no password needs it from then on.
        if (directive === 'requirepass' && value !== '') await client.call('AUTH', value).catch(() => {})
        if (words !== undefined) restored.push(words)
      } catch (error) {
        if (!(error instanceof ReplyError)) throw error
        // What no command can set, no command has changed: the node was started with another redis.conf since.
        if (!/immutable|protected/.test(error.message)) refused.push(`${commandInWords(command)}: ${error.message}`)
      }
    }),
  )
  return { restored: restored.sort(), refused }
}

const numberIn = (info: string, field: string): number =>
  Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
