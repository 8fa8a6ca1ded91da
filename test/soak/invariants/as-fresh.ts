/**
 * A lab that has recovered is set up as a fresh one: every directive of every node, no note in its status, and no paused write.
 *
 * The reference is the first lab of the soak that was started with the same arguments, asked before any fault.
 */
import { existsSync } from 'node:fs'
import type { LabStatus } from '../../../src/supervisor/index.js'
import { labFiles } from '../../../src/paths.js'
import { until } from '../../../src/util/until.js'
import { ask } from '../../support/ask.js'
import type { Place } from '../place.js'
import { Violation } from '../violation.js'
import { slotOf } from '../writer/keys.js'

export type Settings = Readonly<Record<string, string>>

/** Directives that differ between nodes or labs although nothing is wrong. */
export const excluded: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /^(port|tls-port|cluster-port)$/, reason: 'each node has its own' },
  { pattern: /^(dir|logfile|pidfile|aclfile|unixsocket)$/, reason: 'the folder of the node' },
  { pattern: /^cluster-announce-/, reason: 'the address of the node' },
  { pattern: /^(slaveof|replicaof)$/, reason: 'the role of the node, which failovers change' },
]

/** What `up` sets for a while is put back soon after. */
const settledMs = 10_000

/** Notes how a lab was set up by these arguments. @throws Violation if it differs from an earlier one */
export async function noteFresh(status: LabStatus, args: readonly string[], place: Place): Promise<void> {
  const settled = () => !existsSync(labFiles.overrides(status.dir)) || undefined
  await until(settled, { deadline: Date.now() + settledMs, pollMs: 10 })
  const { fresh } = place.world
  const key = args.join(' ')
  const [first] = status.nodes
  if (first && !fresh.has(key)) fresh.set(key, await settingsOf(first.port))
  await expectSettings(status, args, place)
}

/** @throws Violation `failure` */
export async function expectAsFresh(status: LabStatus, args: readonly string[], place: Place): Promise<void> {
  await expectUndisturbed(status)
  await expectSettings(status, args, place)
}

/** For a lab of unknown arguments: what redis-lab sets for a while is put back. @throws Violation `failure` */
export async function expectUndisturbed({ notes, nodes }: LabStatus): Promise<void> {
  if (notes.length > 0) throw new Violation('failure', 'the status of a lab that has recovered has notes', notes)
  await Promise.all(nodes.filter(({ role }) => role === 'master').map(expectWritable))
}

async function expectSettings({ nodes }: LabStatus, args: readonly string[], { world }: Place): Promise<void> {
  const wanted = world.fresh.get(args.join(' ')) ?? {}
  const differences = await Promise.all(
    nodes.map(async ({ name, port }) => differencesOf(await settingsOf(port), wanted).map((one) => `${name}: ${one}`)),
  )
  const lines = differences.flat()
  if (lines.length > 0) throw new Violation('failure', 'the settings of the lab are not those of a fresh one', lines)
}

export function differencesOf(settings: Settings, wanted: Settings): string[] {
  const names = new Set([...Object.keys(settings), ...Object.keys(wanted)])
  return [...names]
    .filter((name) => !excluded.some(({ pattern }) => pattern.test(name)))
    .filter((name) => settings[name] !== wanted[name])
    .map((name) => `${name} is "${settings[name]}" instead of "${wanted[name]}"`)
}

async function settingsOf(port: number): Promise<Settings> {
  const reply = await ask(port, 'CONFIG', 'GET', '*')
  const flat = Array.isArray(reply) ? reply.map(String) : []
  return Object.fromEntries(
    flat.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : [])),
  )
}

async function expectWritable({ name, port, slots }: LabStatus['nodes'][number]): Promise<void> {
  const key = keyIn(slots)
  if (key === undefined) return
  try {
    // Finds pauses that outlast the time limit of the client (3 s); a shorter one is over by then, or only delays this.
    await ask(port, 'SET', key, name)
  } catch (error) {
    throw new Violation('failure', `${name} accepts no write: ${(error as Error).message}`)
  }
}

function keyIn(slots: readonly (readonly [number, number])[]): string | undefined {
  for (let number = 0; number < 10_000 && slots.length > 0; number++) {
    const key = `writable:${number}`
    if (slots.some(([first, last]) => slotOf(key) >= first && slotOf(key) <= last)) return key
  }
  return undefined
}
