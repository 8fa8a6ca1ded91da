/**
 * A lab that is written to all the time while this and that befalls it, and the proof that it recovers with every acknowledged
 * write.
 *
 * What Redis promises, and no more than that, is what counts as acknowledged: with `appendfsync always` +OK means that the write
 * is on the master's disk. A replica may take its master's place, so where there is one, WAIT must have said that it has it too.
 */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { LabStatus } from '../../../src/supervisor/index.js'
import { drawFault, faults, LabUnderFault, type Draw } from '../faults/index.js'
import { expectAsFresh, noteFresh } from '../invariants/as-fresh.js'
import { expectNothingLost } from '../invariants/nothing-lost.js'
import type { Place } from '../place.js'
import { Writer } from '../writer/writer.js'
import { drawLab, scenario, upArgs, type LabPlan } from './scenario.js'

interface PlannedFault extends Draw {
  readonly name: string
  /** From the end of the one before. */
  readonly afterMs: number
}

interface Plan extends LabPlan {
  /** Short enough that a failover happens within a cycle, or Redis's usual one. */
  readonly nodeTimeoutMs: number
  readonly faults: readonly PlannedFault[]
  readonly downFirst: boolean
}

export const labUnderWrites = scenario<Plan>({
  name: 'lab-under-writes',
  weight: 26,

  plan(random) {
    const lab = drawLab(random, { replicas: random.chance(0.65) ? 1 : 0 })
    const possible = faults.filter(({ needsReplicas }) => !needsReplicas || lab.replicas > 0) as [(typeof faults)[0]]
    const draw = (): PlannedFault => ({
      name: random.weighted(possible).name,
      afterMs: random.integer(50, 1500),
      ...drawFault(random),
    })
    return {
      ...lab,
      nodeTimeoutMs: random.pick([600, 1000, 5000]),
      faults: random.times(random.integer(1, 4), draw),
      downFirst: random.chance(0.3),
    }
  },

  async run(plan, place) {
    const settings = ['appendfsync always', `cluster-node-timeout ${plan.nodeTimeoutMs}`].flatMap((one) => [
      '--set',
      one,
    ])
    const args = [...upArgs(plan), ...settings]
    const begun = await place.json<LabStatus>('up', ...args)
    await noteFresh(begun, args, place)
    const writer = new Writer({ status: begun, replicas: plan.replicas, journal: place.journal })
    try {
      const lab = new LabUnderFault(place, writer)
      try {
        for (const fault of plan.faults) await inject(fault, lab)
      } finally {
        await lab.pausesOver()
      }
      const recovered = await lab.recovered()
      await writer.stop()
      await expectNothingLost(recovered, writer, place)
      await expectAsFresh(await place.json<LabStatus>('status'), args, place)
    } finally {
      await writer.stop()
    }
    keepLogs(begun.dir, place)
    if (plan.downFirst) await place.run('down')
    await place.run('down', '--purge')
  },
})

async function inject({ name, afterMs, ...draw }: PlannedFault, lab: LabUnderFault): Promise<void> {
  const { place } = lab
  await place.moment(afterMs)
  // Ctrl-C: the lab recovers from what was done so far.
  if (place.signal.aborted) return
  const fault = faults.find((one) => one.name === name)
  if (!fault) throw new Error(`there is no fault named "${name}"`)
  place.journal.note(`fault: ${name}`)
  place.tally.fault((await fault.inject(lab, draw)) ?? name)
}

/** Should something be left, its logs would be deleted by then. */
function keepLogs(dir: string, place: Place): void {
  const kept = path.join(place.dir, 'logs')
  mkdirSync(kept, { recursive: true })
  const files = ['supervisor.log', ...readdirSync(dir).map((name) => path.join(name, 'redis.log'))]
  for (const file of files) {
    if (existsSync(path.join(dir, file))) cpSync(path.join(dir, file), path.join(kept, file.replace('/', '-')))
  }
}
