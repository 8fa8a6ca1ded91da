/** `redis-lab up` is interrupted at any moment, as by a person who has changed their mind, or killed. */
import type { LabState, LabStatus } from '../../../src/supervisor/index.js'
import { until } from '../../../src/util/until.js'
import { lastLines, type Ended } from '../command.js'
import { expectUndisturbed } from '../invariants/as-fresh.js'
import type { Place } from '../place.js'
import { Violation } from '../violation.js'
import { drawLab, scenario, upArgs, type LabPlan } from './scenario.js'

interface Plan extends LabPlan {
  readonly afterMs: number
  readonly signal: 'SIGINT' | 'SIGKILL'
  /** To the whole group, as a terminal does it. */
  readonly group: boolean
  /** Another SIGINT so much later. */
  readonly secondMs?: number
  /** There was such a lab before, and it was taken down: its data is not this command's to delete. */
  readonly kept: boolean
}

const latestMs = 400
const undoneMs = 15_000

export const ctrlC = scenario<Plan>({
  name: 'ctrl-c',
  weight: 22,

  plan(random) {
    const lab = drawLab(random)
    const signal = random.chance(0.25) ? 'SIGKILL' : 'SIGINT'
    const second = signal === 'SIGINT' && random.chance(0.3)
    return {
      ...lab,
      afterMs: random.integer(0, latestMs),
      signal,
      group: random.chance(0.5),
      ...(second && { secondMs: random.integer(0, 60) }),
      kept: random.chance(0.2),
    }
  },

  async run(plan, place) {
    if (plan.kept) {
      await place.run('up', ...upArgs(plan))
      await place.run('down')
    }
    const up = place.start('up', ...upArgs(plan))
    await place.moment(plan.afterMs)
    if (up.running) {
      place.tally.fault(plan.signal === 'SIGINT' ? 'Ctrl-C' : 'kills of up')
      if (plan.signal === 'SIGKILL') place.tolerate('dead-locks')
      up.signal(plan.signal, { group: plan.group })
    }
    if (plan.secondMs !== undefined) {
      await place.moment(plan.secondMs)
      if (up.running) {
        place.tally.fault('second Ctrl-C')
        up.signal('SIGINT', { group: plan.group })
      }
    }
    const ended = await place.end(up, { hurried: plan.secondMs !== undefined })
    if (ended.code === 0 || ended.stdout !== '') {
      // It was done before it was interrupted.
      await expectUndisturbed(await place.json<LabStatus>('status'))
      await place.run('down', '--purge')
      return
    }
    expectInterrupted(ended)
    // Whoever was killed, or in a hurry, has left the undoing to the supervisor.
    const alone = ended.signal === 'SIGKILL' || plan.secondMs !== undefined
    const state = alone ? await settledState(place) : undefined
    if (state === 'running' || state === 'degraded') await place.run('down', '--purge')
    else if (plan.kept) await expectKept(place)
  },
})

/** 130, which is also what a shell makes of a SIGINT that came before anybody listened for it. */
function expectInterrupted(ended: Ended): void {
  if (ended.code === 130 || ended.signal === 'SIGINT' || ended.signal === 'SIGKILL') return
  throw new Violation('failure', `${ended.words} was interrupted and ended with ${ended.code}`, lastLines(ended))
}

/**
 * What has become of the lab, undefined when it is gone. Between the proof that a lab is ready and the end of `up` there is a
 * moment: a kill in it finds nothing to undo, and the lab runs as it was asked to. In any other, nothing of the start stays.
 */
async function settledState(place: Place): Promise<LabState | undefined> {
  const ask = async () => {
    const { code, stdout } = await place.end(place.start('status', '--json'))
    if (code === 2) return { state: undefined }
    if (code !== 0) return undefined
    const { state } = JSON.parse(stdout) as LabStatus
    return state === 'starting' ? undefined : { state }
  }
  const found = await until(ask, { deadline: Date.now() + undoneMs, pollMs: 50 })
  if (found) return found.state
  throw new Violation('failure', `${undoneMs} ms after "up" was ended its lab has come to no rest`)
}

async function expectKept(place: Place): Promise<void> {
  const { dir, state } = await place.json<LabStatus>('status')
  if (state !== 'stopped') throw new Violation('failure', `the lab that was kept is "${state}"`, [dir])
  await place.run('down', '--purge')
}
