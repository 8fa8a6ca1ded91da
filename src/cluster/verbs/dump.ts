/**
 * The data of a whole cluster as of one moment, each master's in a file.
 *
 *     nobody writes a file ─► the cut: all masters fork while writes are paused (cut.ts) ─► the files are whole
 */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '../../errors.js'
import { ConnectionError, logTail } from '../../node/index.js'
import { nodeFiles } from '../../paths.js'
import { until } from '../../util/until.js'
import { canBeAsked, type Member } from '../member.js'
import { countSlots, isMaster, isMyself } from '../nodes-text.js'
import type { WritePauses } from '../pause-writes.js'
import { slotCount, type SlotRange } from '../topology.js'
import { askInfo, askNodes } from '../view.js'
import { cut } from './cut.js'

/** A member whose files can be reached. */
export interface DumpSource extends Member {
  readonly dir: string
}

export interface DumpedMaster {
  readonly member: DumpSource
  readonly slots: readonly SlotRange[]
  /** As DBSIZE has it: those whose time is over count until Redis has noticed. */
  readonly keys: number
  /** An RDB file in the master's folder. */
  readonly file: string
  /** The file is there for this dump alone, and is nothing that the master would read or miss. */
  readonly spare: boolean
}

export interface Dump {
  /** In the order of their first slots. */
  readonly masters: readonly DumpedMaster[]
  /** How long clients had to wait with their writes. */
  readonly pausedMs: number
}

const pollMs = 5
const tryAgainMs = 50
const tailLines = 5

/**
 * @param deadline from Date.now()
 * @throws LabError `wrong-state` when the cluster is not whole, or slots are on their way; `snapshot-failed` when a master could
 *   not write its file, or the time is over
 */
export async function dumpMasters(
  members: readonly DumpSource[],
  { deadline, pauses }: { readonly deadline: number; readonly pauses: WritePauses },
): Promise<Dump> {
  let last = ''
  const attempt = async () => {
    const masters = await Promise.all((await ownersOf(members)).map(placeFile))
    await Promise.all(masters.map(({ member }) => idle(member, deadline)))
    const outcome = await fork(masters, pauses)
    if (typeof outcome !== 'string') return outcome
    last = outcome
    return undefined
  }
  const dump = await until(attempt, { deadline, pollMs: tryAgainMs })
  if (!dump) throw failed(`the masters could not be had to fork in the same moment: ${last}`)
  try {
    await Promise.all(dump.masters.map(({ member }) => written(member, deadline)))
    return dump
  } catch (error) {
    await discard(dump.masters)
    throw error
  }
}

/** Removes what was written for the dump alone. */
export async function discard(masters: readonly DumpedMaster[]): Promise<void> {
  await Promise.all(masters.filter(({ spare }) => spare).map(({ file }) => rm(file, { force: true })))
}

type Owner = Pick<DumpedMaster, 'member' | 'slots'>

/** @throws LabError `wrong-state` */
async function ownersOf(members: readonly DumpSource[]): Promise<Owner[]> {
  const asked = await Promise.all(
    members.filter(canBeAsked).map(async (member) => ({ member, line: (await askNodes(member)).find(isMyself) })),
  )
  const owners = asked.flatMap(({ member, line }) => (line && isMaster(line) ? [{ member, line }] : []))
  for (const { member, line } of owners) {
    if (line.moving.length > 0) {
      const message = `slots of ${member.name} are on their way from one node to another`
      const hint = 'Let the move come to its end, or call it off (redis-cli --cluster fix), and ask again.'
      throw new LabError({ code: 'wrong-state', message, hint, details: line.moving })
    }
    if (line.slots.length > 0) continue
    const message = `${member.name} is a master without slots: no cluster could be begun with it`
    throw new LabError({ code: 'wrong-state', message, hint: 'Make it a replica of another, or give it slots.' })
  }
  const covered = owners.reduce((sum, { line }) => sum + countSlots(line.slots), 0)
  if (covered !== slotCount)
    throw new LabError({ code: 'wrong-state', message: `the masters own ${covered} of ${slotCount} slots` })
  const first = ({ slots }: Owner) => slots[0]?.[0] ?? slotCount
  return owners.map(({ member, line }) => ({ member, slots: line.slots })).sort((a, b) => first(a) - first(b))
}

/** Where BGSAVE will write. What stands there already may be the master's own. */
async function placeFile({ member, slots }: Owner): Promise<DumpedMaster> {
  const client = await member.client()
  const [name = 'dump.rdb', appendOnly] = await Promise.all(
    ['dbfilename', 'appendonly'].map(async (directive) => {
      const pair = await client.call('CONFIG', 'GET', directive)
      return Array.isArray(pair) ? String(pair[1]) : undefined
    }),
  )
  const file = path.join(member.dir, path.basename(name))
  // With an append-only file nobody ever reads the other; and it is not there unless somebody asked for it.
  return { member, slots, keys: 0, file, spare: appendOnly === 'yes' && !existsSync(file) }
}

/** A server has one child at a time; while it rewrites its append-only file or feeds a new replica it refuses another. */
async function idle(member: Member, deadline: number): Promise<void> {
  const busy = ['rdb_bgsave_in_progress', 'aof_rewrite_in_progress', 'aof_rewrite_scheduled']
  const isIdle = async () => {
    const info = await persistence(member)
    return (info && busy.every((field) => (info.get(field) ?? '0') === '0')) || undefined
  }
  if (await until(isIdle, { deadline, pollMs })) return
  throw failed(`${member.name} did not come to an end with another file that it writes`)
}

/**
 * @returns the dump, whose files are still being written; in words why it is to be tried again
 * @throws LabError `snapshot-failed`
 */
async function fork(masters: readonly DumpedMaster[], pauses: WritePauses): Promise<Dump | string> {
  const members = masters.map(({ member }) => member)
  const { forks, pausedMs, whole } = await cut(members, pauses)
  const outcomes = masters.map((master, index) => ({ master, fork: forks[index] }))
  const done = outcomes.flatMap(({ master, fork }) => (fork?.status === 'fulfilled' ? [{ master, ...fork.value }] : []))
  const moved = done.find(({ master, slots }) => slots !== master.slots.join(' '))
  if (whole && !moved && done.length === masters.length)
    return { masters: done.map(({ master, keys }) => ({ ...master, keys })), pausedMs }
  // Whoever has forked would be in the way of the next attempt.
  await Promise.allSettled(done.map(({ master }) => childGone(master.member, Date.now() + 1000)))
  await discard(done.map(({ master }) => master))
  for (const { master, fork } of outcomes) {
    if (fork?.status !== 'rejected') continue
    const { message } = fork.reason as Error
    if (/in progress|child process/i.test(message)) return `${master.member.name}: ${message}`
    throw failed(`${master.member.name} cannot write its data down: ${message}`)
  }
  return moved ? `the slots of ${moved.master.member.name} changed hands` : `it took ${pausedMs} ms`
}

async function written(member: DumpSource, deadline: number): Promise<void> {
  const info = await childGone(member, deadline)
  if (info?.get('rdb_last_bgsave_status') === 'ok') return
  const tail = await logTail({ dir: member.dir, logFromBytes: 0 }, tailLines)
  throw failed(
    `${member.name} ${info ? 'could not write its data down' : 'has not written its data down in its time'}`,
    [...tail, `log: ${nodeFiles.log(member.dir)}`],
  )
}

/** @returns what it says about its files, once it is not writing any; undefined when the time is over */
const childGone = (member: Member, deadline: number): Promise<Map<string, string> | undefined> =>
  until(
    async () => {
      const info = await persistence(member)
      return info?.get('rdb_bgsave_in_progress') === '0' ? info : undefined
    },
    { deadline, pollMs },
  )

/** Undefined where the answer is late: forking holds up a server with much data. */
async function persistence(member: Member): Promise<Map<string, string> | undefined> {
  try {
    return await askInfo(member, 'INFO', 'persistence')
  } catch (error) {
    if (error instanceof ConnectionError && canBeAsked(member)) return undefined
    throw error
  }
}

const failed = (message: string, details: readonly string[] = []): LabError =>
  new LabError({ code: 'snapshot-failed', message, details })
