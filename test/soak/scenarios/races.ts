/** Commands on one lab that meet each other: each may lose, and all of them say so. */
import type { LabStatus } from '../../../src/supervisor/index.js'
import { expectUndisturbed } from '../invariants/as-fresh.js'
import { scenario } from './scenario.js'

const moves: readonly [readonly string[], ...(readonly string[])[]] = [
  ['up', '--port', 'auto', '--replicas', '0'],
  ['up', '--port', 'auto', '--replicas', '0'],
  ['up', '--port', 'auto', '--replicas', '0', '--set', 'maxmemory 100mb'],
  ['down'],
  ['down'],
  ['down', '--purge'],
  ['status'],
  ['status', '--json'],
  ['ls'],
]

interface Move {
  readonly args: readonly string[]
  readonly atMs: number
}

const latestMs = 300

export const races = scenario<readonly Move[]>({
  name: 'races',
  weight: 12,

  plan(random) {
    const later = random.times(random.integer(1, 4), () => ({
      args: random.pick(moves),
      atMs: random.integer(0, latestMs),
    }))
    return [{ args: moves[0], atMs: random.integer(0, 100) }, ...later]
  },

  async run(plan, place) {
    const runs = plan.map(async ({ args, atMs }) => {
      await place.moment(atMs)
      place.tally.fault('racing commands')
      return place.end(place.start(...args))
    })
    const results = await Promise.allSettled(runs)
    for (const result of results) if (result.status === 'rejected') throw result.reason
    const status = await place.end(place.start('status', '--json'))
    if (status.code === 0) {
      const lab = JSON.parse(status.stdout) as LabStatus
      if (lab.state === 'running') await expectUndisturbed(lab)
    }
    await place.run('down', '--purge')
  },
})
