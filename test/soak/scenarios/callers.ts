/** Programs that use startLab(), several at once, and end in every way there is, also in the middle of forming. */
import type { Command } from '../command.js'
import { lastLines } from '../command.js'
import type { Place } from '../place.js'
import { killSupervisorOf } from '../supervisor-of.js'
import { Violation } from '../violation.js'
import { drawLab, scenario, type LabPlan } from './scenario.js'

const ways = ['SIGKILL', 'SIGTERM', 'exit', 'throw', 'stop', 'supervisor', 'supervisor-then-caller'] as const

interface CallerPlan extends LabPlan {
  readonly way: (typeof ways)[number]
  /** From its start. */
  readonly afterMs: number
  /** From the supervisor's end to the caller's. */
  readonly thenMs: number
}

const latestMs = 600

export const callers = scenario<readonly CallerPlan[]>({
  name: 'callers',
  weight: 22,

  plan(random) {
    const draw = (): CallerPlan => ({
      ...drawLab(random),
      way: random.pick(ways),
      afterMs: random.integer(0, latestMs),
      thenMs: random.integer(0, 300),
    })
    return random.times(random.integer(1, 4), draw)
  },

  async run(plans, place) {
    const results = await Promise.allSettled(plans.map((plan) => runCaller(plan, place)))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  },
})

async function runCaller({ way, afterMs, thenMs, ...lab }: CallerPlan, place: Place): Promise<void> {
  const options = JSON.stringify({ masters: 3, ...lab })
  const caller = (mode: string, ms = 0) => place.program('caller.js', mode, String(ms), options)
  switch (way) {
    case 'SIGKILL':
    case 'SIGTERM': {
      const held = caller('hold')
      await place.moment(afterMs)
      place.tally.fault('caller kills')
      place.tolerate('dead-locks')
      held.signal(way)
      await held.ended
      return
    }
    case 'exit':
    case 'throw':
      place.tally.fault(way === 'exit' ? 'caller exits' : 'caller exceptions')
      place.tolerate('dead-locks')
      await caller(way, afterMs).ended
      return
    case 'stop':
      return expectProperEnd(caller('stop', afterMs))
    case 'supervisor':
    case 'supervisor-then-caller': {
      const outliving = caller('outlive')
      await place.moment(afterMs)
      const killed = await killSupervisorOf(outliving, place)
      await place.moment(thenMs)
      if (way === 'supervisor') {
        outliving.hangUp()
        const ended = await outliving.ended
        if (/"failed":"internal"/.test(ended.stdout)) {
          throw new Violation('failure', 'a caller that lost its supervisor met a defect', lastLines(ended))
        }
        if (!killed) await expectProperEnd(outliving)
        return
      }
      place.tally.fault('caller kills')
      place.tolerate('dead-locks')
      outliving.signal('SIGKILL')
      await outliving.ended
    }
  }
}

async function expectProperEnd(caller: Command): Promise<void> {
  const ended = await caller.ended
  if (ended.code === 0 && !ended.stdout.includes('"failed"')) return
  throw new Violation('failure', `${ended.words} ended with ${ended.code ?? ended.signal}`, lastLines(ended))
}
