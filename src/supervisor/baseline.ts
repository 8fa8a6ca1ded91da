/**
 * The settings and users that every node had when its lab became ready: what a reset goes back to.
 *
 * They are asked for in the moment after the caller was told that the lab is ready, on connections that are open already, so
 * that the question is with the servers before anybody else can be. They are kept in the lab's folder too: another supervisor
 * that adopts the lab later could not tell what somebody has changed since from what was there. A redis.conf would not say it
 * either, because most of what counts is Redis's own defaults.
 *
 * The password of the lab is among the settings. It is in access.json, and nowhere else: on disk there is null in its place.
 */
import { readFileSync, rmSync } from 'node:fs'
import { readSettings, type Settings, type TemporaryChanges } from '../cluster/index.js'
import type { RedisNode, User } from '../node/index.js'
import { labFiles, nodeFiles } from '../paths.js'
import { writeWhole } from '../util/files.js'
import { readUsersFile } from './users.js'

export interface NodeBaseline extends Settings {
  /** What its users.acl said; without it there was none. */
  readonly usersFile?: string
}

export type Baseline = ReadonlyMap<string, NodeBaseline>

type Kept = Omit<NodeBaseline, 'config'> & { readonly config: Readonly<Record<string, string | null>> }

export interface BaselineOf {
  readonly dir: string
  readonly nodes: readonly RedisNode[]
  readonly user: User | undefined
  readonly temporary: TemporaryChanges
}

/** Of now, and from now on that of the lab. Of a node that does not answer nothing is known. */
export async function takeBaseline({ dir, nodes, user, temporary }: BaselineOf): Promise<Baseline> {
  const file = labFiles.baseline(dir)
  const asked = nodes.map((node) => ask(node, temporary))
  // That of an earlier run is worth nothing now, whatever happens.
  rmSync(file, { force: true })
  const baseline = new Map((await Promise.all(asked)).flat())
  keep({ dir, user }, baseline)
  return baseline
}

/** Of a lab that was adopted: what was written down; of a node that is missing there, what it is now. */
export async function recallBaseline({ dir, nodes, user, temporary }: BaselineOf): Promise<Baseline> {
  const kept = readKept(labFiles.baseline(dir), user)
  const unknown = nodes.filter(({ name }) => !kept.has(name))
  return new Map([...kept, ...(await Promise.all(unknown.map((node) => ask(node, temporary)))).flat()])
}

/** Of one node anew; what is known of the others stays. */
export async function renewBaseline(
  { dir, user, temporary }: Omit<BaselineOf, 'nodes'>,
  known: Baseline,
  node: RedisNode,
): Promise<Baseline> {
  const others = [...known].filter(([name]) => name !== node.name)
  const baseline = new Map([...others, ...(await ask(node, temporary))])
  keep({ dir, user }, baseline)
  return baseline
}

function keep({ dir, user }: Pick<BaselineOf, 'dir' | 'user'>, baseline: Baseline): void {
  try {
    const kept = [...baseline].map(([name, one]): [string, Kept] => [name, withoutPassword(one, user)])
    writeWhole(labFiles.baseline(dir), JSON.stringify(kept), 0o600)
  } catch {
    // A full disk, or a lab that is being deleted: it holds as long as this supervisor.
  }
}

/** What is overridden at this moment is no setting to go back to. */
async function ask(node: RedisNode, temporary: TemporaryChanges): Promise<[string, NodeBaseline][]> {
  try {
    const originals = temporary.config.originalsOf(node)
    const settings = readSettings(node)
    const usersFile = readUsersFile(nodeFiles.users(node.dir))
    const { config, users } = await settings
    return [[node.name, { config: { ...config, ...originals }, users, ...(usersFile !== undefined && { usersFile }) }]]
  } catch {
    return []
  }
}

function readKept(file: string, user: User | undefined): Map<string, NodeBaseline> {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as [string, Kept][]
    return new Map(kept.map(([name, one]) => [name, withPassword(one, user)]))
  } catch {
    return new Map()
  }
}

const withoutPassword = ({ config, ...rest }: NodeBaseline, user: User | undefined): Kept => ({
  ...rest,
  config: mapValues(config, (value) => (user && value === user.password ? null : value)),
})

const withPassword = ({ config, ...rest }: Kept, user: User | undefined): NodeBaseline => ({
  ...rest,
  config: mapValues(config, (value) => value ?? user?.password ?? ''),
})

const mapValues = <From, To>(record: Readonly<Record<string, From>>, to: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]))
