/** Several labs at once, from the command and from the library: they meet nowhere. */
import type { LabStatus } from '../../../src/supervisor/index.js'
import { lastLines, type Command } from '../command.js'
import { expectUndisturbed } from '../invariants/as-fresh.js'
import type { Place } from '../place.js'
import { Violation } from '../violation.js'
import { writeOnce } from '../writer/write-once.js'
import { drawLab, scenario, upArgs, type LabPlan } from './scenario.js'

interface Plan extends LabPlan {
  readonly by: 'up' | 'startLab'
}

interface Started {
  readonly status: LabStatus
  end(): Promise<void>
}

export const parallel = scenario<readonly Plan[]>({
  name: 'parallel',
  weight: 8,

  plan(random) {
    const draw = (): Plan => ({
      ...drawLab(random, { replicas: random.chance(0.25) ? 1 : 0 }),
      by: random.chance(0.6) ? 'up' : 'startLab',
    })
    return random.times(random.integer(3, 6), draw)
  },

  async run(plans, place) {
    const labs = await all(plans.map((plan, index) => (plan.by === 'up' ? up : start)(plan, `p${index}`, place)))
    const ports = labs.flatMap(({ status }) => status.nodes.flatMap(({ port, busPort }) => [port, busPort]))
    const twice = ports.filter((port, index) => ports.indexOf(port) !== index)
    if (twice.length > 0) throw new Violation('failure', `labs share the ports ${twice.join(', ')}`)
    for (const { status } of labs) {
      if (status.ready.level === 'full') continue
      throw new Violation('failure', `the lab ${status.name} is not ready`, status.ready.reasons)
    }
    await all(labs.map(({ status }) => writeOnce(status)))
    place.tally.writes += labs.length
    await all(labs.map(({ status }) => expectUndisturbed(status)))
    await all(labs.map((lab) => lab.end()))
  },
})

async function up(plan: Plan, name: string, place: Place): Promise<Started> {
  const status = await place.json<LabStatus>('up', '--name', name, ...upArgs(plan))
  return { status, end: async () => void (await place.run('down', '--name', name, '--purge')) }
}

async function start({ by: _, ...lab }: Plan, __: string, place: Place): Promise<Started> {
  const caller = place.program('caller.js', 'outlive', '0', JSON.stringify({ masters: 3, ...lab }))
  const line = await caller.line()
  if (line === undefined || line.includes('"failed"')) throw await failed(caller)
  const end = async () => {
    caller.hangUp()
    const { code, stdout } = await caller.ended
    if (code !== 0 || stdout.includes('"failed"')) throw await failed(caller)
  }
  return { status: JSON.parse(line) as LabStatus, end }
}

async function failed(caller: Command): Promise<Violation> {
  const ended = await caller.ended
  return new Violation('failure', `${ended.words} ended with ${ended.code ?? ended.signal}`, lastLines(ended))
}

/** Waits for all before it fails with the first that did. */
async function all<Value>(work: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
