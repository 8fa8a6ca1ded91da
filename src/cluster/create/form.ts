/** Which creator forms a cluster, and what happens when the instant one does not succeed. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.js'
import { nodeFiles } from '../../paths.js'
import { spellRelease, type Build } from '../../release/index.js'
import type { Climb } from '../climb.js'
import type { Server } from '../member.js'
import type { ClusterCreator, CreatorName, FormContext } from './creator.js'
import { instantCreator, isVerified, restoreOriginals } from './instant/index.js'
import { redisCliCreator } from './redis-cli.js'

const creators: Readonly<Record<CreatorName, ClusterCreator>> = {
  instant: instantCreator,
  'redis-cli': redisCliCreator,
}

export const leastMastersOfRedisCli = 3

export interface Formed {
  readonly creator: CreatorName
  readonly climb: Climb
}

/**
 * Makes one cluster of the servers, up to the wanted level of readiness.
 *
 * @param wanted the creator that was asked for; undefined leaves the choice to what is verified for this release
 * @throws LabError; no server is half formed then, but some may be running
 */
export async function formCluster(context: FormContext, wanted: CreatorName | undefined): Promise<Formed> {
  const { build, servers, emit } = context
  const unverified = [build, ...servers.map((server) => server.build)].find((one) => !isVerified(one))
  const name = wanted ?? (unverified ? 'redis-cli' : 'instant')
  if (!wanted && unverified) {
    const reason = `the instant way is not verified for ${spellRelease(unverified)}`
    emit({ type: 'create-fallback', from: 'instant', to: name, reason })
  }
  // An instant attempt that was cut off has left its originals.
  if (name !== 'instant') restoreOriginals(servers)
  // What was kept is to be had back, whichever creator was once asked for.
  if (name !== 'instant' || (wanted === 'instant' && !context.kept)) return run(name, context)
  try {
    return await run(name, context)
  } catch (error) {
    context.signal.throwIfAborted()
    const failure = LabError.from(error)
    // A server that does not start, starts no better for another creator.
    const worthAnother = failure.code === 'create-failed' || failure.code === 'not-ready'
    if (!worthAnother || (!context.kept && context.shape.masters < leastMastersOfRedisCli)) throw error
    emit({ type: 'create-fallback', from: 'instant', to: 'redis-cli', reason: failure.message })
    await startOver(context)
    return run('redis-cli', context)
  }
}

/** For nodes that run these builds. */
export const choose = (...builds: readonly Build[]): CreatorName => (builds.every(isVerified) ? 'instant' : 'redis-cli')

async function run(name: CreatorName, context: FormContext): Promise<Formed> {
  context.emit({ type: 'create-started', creator: name })
  const climb = await creators[name].form(context)
  context.emit({ type: 'create-done', creator: name })
  return { creator: name, climb }
}

/** After a start that failed: what each server knew of the others is again what it knew before. To be called when none runs. */
export function leaveAsKept(servers: readonly Server[]): void {
  try {
    restoreOriginals(servers)
  } catch {
    // The originals stay where they are; the next start begins with them.
  }
}

/** As before the attempt: no server runs, and what they knew of each other is what they knew. */
async function startOver({ servers, kept }: FormContext): Promise<void> {
  await Promise.all(servers.map((server) => server.stop('start-over')))
  if (kept) restoreOriginals(servers)
  // A new cluster has no data yet but what the attempt itself has left.
  else
    for (const { dir } of servers) for (const file of leftByAttempt(dir)) rmSync(file, { recursive: true, force: true })
}

const leftByAttempt = (dir: string): string[] => [
  nodeFiles.nodes(dir),
  ...['appendonlydir', 'appendonly.aof', 'dump.rdb'].map((name) => path.join(dir, name)),
]
