/**
 * The settings and users that every node had when its lab became ready: what a reset goes back to.
 *
 * They are asked for in the moment after the caller was told that the lab is ready, on connections that are open already, so
 * that the question is with the servers before anybody else can be. They are kept in the lab's folder too: another supervisor
 * that adopts the lab later could not tell what somebody has changed since from what was there. A redis.conf would not say it
 * either, because most of what counts is Redis's own defaults.
 */
import { readFileSync, rmSync } from 'node:fs'
import { readSettings, type Settings } from '../cluster/index.js'
import type { RedisNode } from '../node/index.js'
import { labFiles } from '../paths.js'
import { writeWhole } from '../util/files.js'

export type Baseline = ReadonlyMap<string, Settings>

/** Of now, and from now on that of the lab. Of a node that does not answer nothing is known. */
export async function takeBaseline(dir: string, nodes: readonly RedisNode[]): Promise<Baseline> {
  const file = labFiles.baseline(dir)
  const asked = nodes.map((node) => ask(node))
  // That of an earlier run is worth nothing now, whatever happens.
  rmSync(file, { force: true })
  const baseline = new Map((await Promise.all(asked)).flat())
  keep(dir, baseline)
  return baseline
}

/** Of a lab that was adopted: what was written down; of a node that is missing there, what it is now. */
export async function recallBaseline(dir: string, nodes: readonly RedisNode[]): Promise<Baseline> {
  const kept = readKept(labFiles.baseline(dir))
  const unknown = nodes.filter(({ name }) => !kept.has(name))
  return new Map([...kept, ...(await Promise.all(unknown.map(ask))).flat()])
}

/** Of one node anew; what is known of the others stays. */
export async function renewBaseline(dir: string, known: Baseline, node: RedisNode): Promise<Baseline> {
  const { [node.name]: _, ...others } = Object.fromEntries(known)
  const baseline = new Map([...Object.entries(others), ...(await ask(node))])
  keep(dir, baseline)
  return baseline
}

function keep(dir: string, baseline: Baseline): void {
  try {
    writeWhole(labFiles.baseline(dir), JSON.stringify([...baseline]))
  } catch {
    // A full disk, or a lab that is being deleted: it holds as long as this supervisor.
  }
}

async function ask(node: RedisNode): Promise<[string, Settings][]> {
  try {
    return [[node.name, await readSettings(node)]]
  } catch {
    return []
  }
}

function readKept(file: string): Map<string, Settings> {
  try {
    return new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, Settings][])
  } catch {
    return new Map()
  }
}
