/** redis-lab upgrade */
import type { LabEvent } from '../events.js'
import { upgradeLab } from '../lab/index.js'
import { spellRelease } from '../release/index.js'
import { badInput, checksumProblem } from '../spec/index.js'
import type { UpgradeResult } from '../supervisor/index.js'
import { eventLine, printJson, printNote, printResult, seconds, showProgress } from '../view/index.js'
import { attendedLab } from './attended.js'
import type { Invocation } from './command.js'
import { interruptible } from './interrupt.js'
import { resolveOptions } from './options.js'
import { upgradeShape } from './shapes.js'

export async function run(invocation: Invocation): Promise<number> {
  const { name, redis, sha256, timeout, json } = resolveOptions(upgradeShape, invocation)
  if (redis === undefined)
    throw badInput(['"upgrade" needs --redis, the release to go to'], 'Such as: redis-lab upgrade --redis 8.0')
  const problem = checksumProblem({ redis, sha256 })
  if (problem !== undefined) throw badInput([problem])
  const { record, run } = await attendedLab(name, invocation, json)
  const wish = { redis, sha256, timeoutMs: timeout }
  const lab = { dir: record.dir, socket: run.socket }
  const result = await interruptible(async (signal) => {
    const progress = showProgress({ json, goal: 'build' })
    const follow = (event: LabEvent) => {
      // Where it was built, the list is final before the first line about the nodes.
      const line = json || !told.has(event.type) ? undefined : eventLine(event)
      if (line !== undefined) printNote(line)
    }
    let built = false
    try {
      return await upgradeLab(lab, wish, {
        env: invocation.env,
        emit: progress.emit,
        signal,
        onBuilt: async () => {
          await progress.finish('done')
          built = true
        },
        onEvent: follow,
      })
    } finally {
      if (!built) await progress.finish('failed')
    }
  })
  if (json) printJson({ name, ...result })
  else printResult(inWords(name, result))
  return 0
}

/** What a person who waits is told; how it ends is the result, or the error. */
const told: ReadonlySet<LabEvent['type']> = new Set([
  'upgrade-started',
  'node-upgraded',
  'node-gave-up',
  'failover-done',
])

function inWords(name: string, { to, nodes, elapsedMs }: UpgradeResult): string {
  if (nodes.length === 0) return `Lab "${name}" runs ${spellRelease(to)} already: nothing to upgrade.`
  const away = nodes.flatMap(({ name: node, slotsAwayMs }) =>
    slotsAwayMs === null ? [] : [`${node} has no replica: its slots were away for ${seconds(slotsAwayMs)}.`],
  )
  return [
    ...away,
    `Lab "${name}" runs ${spellRelease(to)} on every node (${nodes.length} upgraded, ${seconds(elapsedMs)}).`,
  ].join('\n')
}
