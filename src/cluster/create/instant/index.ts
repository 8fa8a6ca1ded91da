/**
 * The instant creator: a cluster without the waiting.
 *
 * Redis itself needs about 12 seconds to bring six nodes together, nearly all of it in delays that protect a cluster of
 * machines: a master refuses work for its first 2 seconds, news travels by gossip, a replica hides until it has heard
 * something. This creator gives every node the knowledge it would arrive at in a nodes.conf to boot from, and has each
 * connection made when there is something to say:
 *
 *     masters boot as replicas of ghosts ─► take over in turn ─► replicas boot, told the truth ─► synchronise ─► one write
 *         ─► everybody connects to everybody (tick) ─► the ghosts are forgotten ─► proven
 *
 * boot-files.ts has the nodes.conf, settings.ts the ticks, steps.ts the facts that are waited for. A cluster that was kept is
 * had back in the same way, without the 2 seconds: kept.ts reads who everybody was.
 *
 * redis.conf stays the user's: what is different while forming goes on the command line, and is put back in the end, also when
 * forming fails.
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../../../errors.js'
import { ConnectionError, ReplyError } from '../../../node/index.js'
import { nodeFiles } from '../../../paths.js'
import { until } from '../../../util/until.js'
import type { Server } from '../../member.js'
import type { Climb } from '../../climb.js'
import { isAtLeast } from '../../ready.js'
import { waitReady } from '../../wait.js'
import type { ClusterCreator, FormContext } from '../creator.js'
import { startServers } from '../start.js'
import { masterBootFile, replicaBootFile, type BootFileOptions, type Ghosts } from './boot-files.js'
import { traitsOf } from './engine.js'
import { keepOriginals, recoverTarget, removeOriginals } from './kept.js'
import {
  bootSettings,
  borrow,
  calmTimeoutMs,
  configure,
  idleHz,
  putBack,
  replicationTickHz,
  tickHz,
  toArgs,
  type SettingsOf,
} from './settings.js'
import {
  everyone,
  forget,
  hasMaster,
  hasOffset,
  isLinked,
  isOk,
  orderOfTakeovers,
  seesOwners,
  stir,
  takeOver,
  type Patience,
} from './steps.js'
import { newTarget, randomId, type Target, type TargetMaster, type TargetReplica } from './target.js'

/** From this many masters on, calling those that are not there yet costs more than waiting to be called. */
const manyMasters = 20

export const instantCreator: ClusterCreator = {
  name: 'instant',

  async form(context: FormContext): Promise<Climb> {
    const { kept, nodes, servers } = context
    const target = kept ? recoverTarget(servers, context.heirs) : newTarget(nodes, servers)
    if (kept) keepOriginals(servers)
    const settings = settingsFor(servers)
    let climb: Climb
    try {
      await formTarget(target, settings, context)
      climb = await prove(context)
    } catch (error) {
      throw understood(error)
    } finally {
      await putBack(servers, settings)
    }
    if (kept) removeOriginals(servers)
    return climb
  },
}

/** What each of them boots with, by its build. */
const settingsFor = (servers: readonly Server[]): SettingsOf => {
  const common = bootSettings(servers.length)
  const own = new Map(servers.map((server) => [server, [...common, ...traitsOf(server.build).bootSettings]]))
  return (server) => own.get(server) ?? common
}

/** A server that refuses a command, or goes away, ends the attempt; another creator may do without that command. */
function understood(error: unknown): unknown {
  if (!(error instanceof ReplyError || error instanceof ConnectionError)) return error
  const message = `forming instantly was refused: ${error.message}`
  return new LabError({ code: 'create-failed', message }, { cause: error })
}

async function formTarget(target: Target, settings: SettingsOf, context: FormContext): Promise<void> {
  const { servers, kept, logFile, level } = context
  const { masters, replicas } = target
  const patience = stepPatience(context)
  const args = (server: Server) => toArgs(settings(server))
  const filesFor = (server: Server): BootFileOptions => ({
    shardIds: traitsOf(server.build).shardIds,
    onlyEarlier: masters.length >= manyMasters,
  })
  const note = stopwatch(logFile)

  const ghosts = new Map(masters.map((master) => [master, ghostsFor(masters)]))
  const writeMaster = (server: Server) => {
    const me = masters.find((master) => master.server === server) as TargetMaster
    writeFileSync(nodeFiles.nodes(server.dir), masterBootFile(target, me, ghosts.get(me) as Ghosts, filesFor(server)))
  }
  await startServers(serversOf(masters), context, { args, before: writeMaster })
  // A server calls the others in the first run of its serverCron, but one that loads data counts that time as runs.
  if (kept) await configure(serversOf(masters), { hz: tickHz })
  await everyone(masters, 'masters are ok', isOk, patience)
  note('masters answer')
  const order = await connected(masters, patience)
  // Back to idling fast, if they do not: their next tick is to come when it is asked for.
  await configure(serversOf(masters), { hz: idleHz(servers.length) })
  const epochs = await takeOver(order, patience)
  note('masters have taken over')

  const writeReplica = (server: Server) => {
    const me = replicas.find((replica) => replica.server === server) as TargetReplica
    writeFileSync(nodeFiles.nodes(server.dir), replicaBootFile(target, me, epochs, filesFor(server)))
  }
  const quick = replicas.filter(({ server }) => traitsOf(server.build).connectsAtOnce)
  const slow = replicas.filter((replica) => !quick.includes(replica))
  const giveBack = await borrow(serversOf(masters), 'repl-diskless-sync', 'no')
  try {
    await startServers(serversOf(replicas), context, { args, before: writeReplica })
    note('replicas answer')
    // A tick before it knows its master would be one in vain, and the next is a second away.
    await everyone(slow, 'replicas know their master', hasMaster, patience)
    await everyone(slow, 'replicas tick', (me) => tick(me, replicationTickHz), patience)
    if (kept) await everyone(quick, 'replicas tick', (me) => tick(me, tickHz), patience)
    await everyone(replicas, 'replicas are linked', isLinked, patience)
    // Whoever wants less than listed replicas may have masters that refuse writes, and wants them so.
    if (isAtLeast(level, 'replicas')) {
      await everyone(masters, 'masters accept a write', stir, patience)
      await everyone(replicas, 'replicas have an offset', hasOffset, patience)
    }
    note('replicas are linked')
  } finally {
    await giveBack()
  }
  // Now everybody has something to say: let them all connect. Those that had the slow tick have just done so.
  await configure([...serversOf(masters), ...serversOf(quick)], { hz: tickHz })
  await everyone(masters, 'masters see all owners', (me) => seesOwners(target, me), patience)
  await Promise.all(masters.map((me) => forget(me, idsOf(ghosts.get(me) as Ghosts))))
  note('masters see all owners')
}

function ghostsFor(masters: readonly TargetMaster[]): Ghosts {
  const saying = masters.filter(({ server }) => traitsOf(server.build).shardIds)
  const isMixed = saying.length > 0 && saying.length < masters.length
  const each = isMixed ? { each: new Map(masters.map((master) => [master, randomId()])) } : {}
  return { own: randomId(), other: randomId(), ...each }
}

const idsOf = ({ own, other, each = new Map() }: Ghosts): string[] => [own, other, ...each.values()]

/** An order of takeovers, as soon as there is one; with many masters it needs a tick or two. */
async function connected(masters: readonly TargetMaster[], patience: Patience): Promise<TargetMaster[]> {
  const atOnce = await orderOfTakeovers(masters)
  if (atOnce) return atOnce
  await configure(serversOf(masters), { hz: tickHz })
  const order = await until(() => orderOfTakeovers(masters), { ...patience, pollMs: 20 })
  if (order) return order
  throw new LabError({ code: 'create-failed', message: 'the masters did not connect to each other' })
}

/** A replica that has already begun to load what its master sent refuses to be configured until it has done so. */
async function tick({ server }: TargetReplica, hz: number): Promise<boolean> {
  await configure([server], { hz })
  return true
}

const serversOf = (parts: readonly { readonly server: Server }[]): Server[] => parts.map((part) => part.server)

/**
 * Servers may take as long as there is time for: they may have much to load. A step between servers that answer takes some
 * milliseconds; where it does not come about in seconds, another creator is to have its turn while there is time left.
 */
function stepPatience({ servers, deadline, signal }: FormContext): Patience {
  return {
    /** Read at the beginning of each step. */
    get deadline() {
      const now = Date.now()
      return now + Math.min(longestStepMs(servers.length), (deadline - now) / 2)
    },
    signal,
  }
}

const longestStepMs = (count: number): number => 8000 + 100 * count

/**
 * Proves the result. Should news have gone astray (where a tick came by itself, and nodes connected before they had anything to
 * say), everybody is made to ping everybody, and again should that not be enough.
 */
async function prove(context: FormContext): Promise<Climb> {
  const { servers, kept, shape } = context
  const { deadline } = stepPatience(context)
  // With data, replicas synchronise for longer than a tick takes to come by itself.
  let urging = kept && shape.replicas > 0
  if (urging) await urge(servers)
  for (;;) {
    const soon = Math.min(deadline, Date.now() + newsMs(servers.length))
    try {
      return await waitReady(servers, shape, { ...context, deadline: soon })
    } catch (error) {
      if (LabError.from(error).code !== 'not-ready' || soon === deadline) throw error
    } finally {
      // Whoever is gone has nothing to be set back, and what went wrong first is what counts.
      if (urging) await calm(servers).catch(() => {})
      urging = false
    }
    await pingAll(servers)
  }
}

/**
 * Who has not been heard for half of the node timeout is pinged. The short one holds for a tick and no longer: a server that is
 * busy is not to be taken for one that has failed.
 */
async function pingAll(servers: readonly Server[]): Promise<void> {
  await urge(servers)
  await sleep(longestTickMs)
  await calm(servers)
}

const urge = (servers: readonly Server[]): Promise<void> =>
  configure(servers, { hz: tickHz, 'cluster-node-timeout': Math.round(newsMs(servers.length) * 1.6) })
const calm = (servers: readonly Server[]): Promise<void> =>
  configure(servers, { 'cluster-node-timeout': calmTimeoutMs })

/** A tick, and time to read what many nodes have to say. */
const newsMs = (count: number): number => 100 + 6 * count
/** Between two runs of serverCron at the hz of a tick. */
const longestTickMs = Math.ceil(1000 / tickHz)

/** What happened when, for whoever wonders where the time went. */
function stopwatch(logFile: string): (what: string) => void {
  const startedAt = performance.now()
  return (what) => appendFileSync(logFile, `${(performance.now() - startedAt).toFixed(1).padStart(8)} ms  ${what}\n`)
}

export { isVerified } from './engine.js'
export { recoverTarget, restoreOriginals } from './kept.js'
export { pretendKept } from './pretend.js'
