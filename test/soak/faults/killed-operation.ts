/**
 * kill -9 of the supervisor at a random moment of an operation.
 *
 * The lab is then adopted by `up` or by the same command again, which may report why it cannot continue. Then the lab must
 * be whole again, and the operation must succeed.
 */
import path from 'node:path'
import type { LabStatus } from '../../../src/supervisor/index.js'
import { nextRelease } from '../../support/next-release.js'
import type { Draw, Fault, LabUnderFault } from './fault.js'

interface Operation {
  readonly name: string
  readonly weight: number
  readonly needsReplicas?: boolean
  /** The kill comes at most this long after the start of the command; about as long as it takes. */
  readonly longestMs: number
  /** It deletes all data. */
  readonly empties?: boolean
  args(lab: LabUnderFault, status: LabStatus, draw: Draw): readonly string[]
  /** Run at the end. */
  readonly undo?: readonly string[]
}

/** Before this, no command has reached the supervisor. */
const earliestMs = 100

const killIn = (operation: Operation): Fault => ({
  name: `supervisor kills in ${operation.name}`,
  weight: operation.weight,
  ...(operation.needsReplicas && { needsReplicas: true }),
  async inject(lab, draw) {
    let inTime = true
    const work = async () => void (inTime = await interrupt(operation, lab, draw))
    await (operation.empties ? lab.emptying(work) : work())
    return inTime ? undefined : 'supervisor kills'
  },
})

/** @returns whether the command was still running when the supervisor was killed */
async function interrupt(operation: Operation, lab: LabUnderFault, draw: Draw): Promise<boolean> {
  const { place } = lab
  const status = await lab.recovered()
  if (!status.supervisor) throw new Error('the lab has no supervisor')
  const args = operation.args(lab, status, draw)
  const command = place.start(...args)
  await place.moment(earliestMs + draw.fraction * (operation.longestMs - earliestMs))
  const inTime = command.running
  await lab.killSupervisor(status.supervisor)
  await place.end(command)
  if (draw.coin) await place.end(place.start(...args))
  await place.run('up')
  await lab.recovered()
  await place.run(...args)
  if (operation.undo) await place.run(...operation.undo)
  return inTime
}

export const killInFailover = killIn({
  name: 'failovers',
  weight: 2,
  needsReplicas: true,
  longestMs: 450,
  args(_, { nodes }, { node }) {
    const replicas = nodes.filter(({ role }) => role === 'replica')
    return ['failover', replicas[node % replicas.length]?.name ?? '']
  },
})

export const killInReset = killIn({
  name: 'resets',
  weight: 2,
  longestMs: 350,
  empties: true,
  args: () => ['reset'],
})

export const killInSnapshot = killIn({
  name: 'snapshots',
  weight: 2,
  longestMs: 450,
  args: () => ['snapshot', 'save', 'soak', '--force'],
  undo: ['snapshot', 'rm', 'soak'],
})

export const killInUpgrade = killIn({
  name: 'upgrades',
  weight: 2,
  longestMs: 5000,
  // The same servers under the next version: a second release would have to be built.
  args({ place }, { redis, nodes }) {
    const version = nodes[0]?.redis?.version ?? redis.version
    const { server, cli } = place.world.build
    return ['upgrade', '--redis', nextRelease(path.join(place.dir, 'releases', version), { server, cli, version }).dir]
  },
})
